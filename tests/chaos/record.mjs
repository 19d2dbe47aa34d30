// What one client did and was told, as lines of JSON in a file that is only appended to: what stands
// in it was so, whatever happened afterwards.
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export class Record {
  constructor(directory, { room, client, kind }) {
    this.file = openSync(join(directory, `${client}.jsonl`), 'a')
    this.counts = { typed: 0, acknowledged: 0, deleted: 0, deletion_acknowledged: 0 }
    this.write({ event: 'client', room, client, kind })
  }

  typed = (token, text) => this.note('typed', token, { text })
  acknowledged = (token) => this.note('acknowledged', token)
  deleted = (token) => this.note('deleted', token)
  deletionAcknowledged = (token) => this.note('deletion_acknowledged', token)

  note(event, token, more = {}) {
    this.counts[event] += 1
    this.write({ event, token, ...more })
  }

  write(line) {
    writeSync(this.file, `${JSON.stringify({ ...line, at: Date.now() })}\n`)
  }

  close() {
    closeSync(this.file)
  }
}
