// A network line between one browser and the server: as slow as it is told to be, and it can be cut.
import { connect, createServer } from 'node:net'

/** What travels over it is delayed, never changed, and keeps its order. */
export class Line {
  #server
  #pairs = new Set()
  #open = true
  #socketsPass = true
  #answersPass = true
  #delayMs = 0

  /** @param {string} target the server's address @returns {Promise<Line>} */
  static async to(target) {
    const line = new Line()
    const { hostname, port } = new URL(target)
    line.#server = createServer((near) => line.#accept(near, hostname, Number(port)))
    await new Promise((resolve) => line.#server.listen(0, '127.0.0.1', () => resolve(undefined)))
    line.base = `http://127.0.0.1:${line.#server.address().port}`
    return line
  }

  /** From now on a round trip takes this much longer. @param {number} ms */
  delay(ms) {
    this.#delayMs = ms / 2
  }

  /** Nothing passes, and whatever is open ends. */
  cut() {
    this.#open = false
    for (const { near } of this.#pairs) near.destroy()
  }

  /** Pages and files pass; sockets do not. */
  cutSockets() {
    this.#socketsPass = false
    for (const { near, isSocket } of this.#pairs) if (isSocket) near.destroy()
  }

  /** What the server says waits here, as on a line that is dead one way. */
  holdAnswers() {
    this.#answersPass = false
  }

  heal() {
    this.#open = true
    this.#socketsPass = true
    this.#answersPass = true
    for (const pair of this.#pairs) for (const send of pair.held.splice(0)) send()
  }

  close() {
    this.cut()
    this.#server.close()
  }

  #accept(near, host, port) {
    if (!this.#open) {
      near.destroy()
      return
    }
    const far = connect(port, host)
    const pair = { near, isSocket: false, held: [] }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    near.on('data', (data) => {
      // Also on a connection that carried files before.
      if (data.includes('/socket.io/?')) pair.isSocket = true
      if (pair.isSocket && !this.#socketsPass) end()
      else this.#later(() => far.write(data))
    })
    far.on('data', (data) => {
      const send = () => this.#later(() => near.write(data))
      if (this.#answersPass) send()
      else pair.held.push(send)
    })
  }

  #later(send) {
    if (this.#delayMs === 0) send()
    else setTimeout(send, this.#delayMs)
  }
}
