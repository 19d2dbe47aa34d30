// A CodenCollab server of its own for a test: a free port, a fresh data directory, gone afterwards.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const program = process.env.CODENCOLLAB ?? join(root, 'build/release/codencollab')

/** Tests make many people from one address; everything else keeps the defaults that users meet. */
const raisedLimits = {
  CODENCOLLAB_LIMIT_SIGNUPS_PER_HOUR: '100000',
  CODENCOLLAB_LIMIT_GUESTS_PER_HOUR: '100000',
  CODENCOLLAB_LIMIT_SIGNINS_PER_5_MINUTES: '100000',
  CODENCOLLAB_LIMIT_REFRESHES_PER_5_MINUTES: '100000',
  CODENCOLLAB_LIMIT_UNAUTHENTICATED_SESSIONS_PER_ADDRESS: '100000',
}

/** A port that was free a moment ago: a server that is restarted has to come back on the same one. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

export class Server {
  /** Starts a server and resolves when it says that it is ready. `data`: a directory to keep its own in,
   *  which goes with the server; a new one if none is given. `host`: where it listens. `under`: the
   *  command that it runs under, such as valgrind. */
  static async start({ args = [], env = {}, data, host = '127.0.0.1', under = [] } = {}) {
    const server = new Server()
    server.command = [...under, program, 'serve']
    server.data = data ?? (await mkdtemp(join(tmpdir(), 'codencollab-test-')))
    server.port = await freePort()
    server.base = `http://127.0.0.1:${server.port}`
    server.args = ['--listen', `${host}:${server.port}`, '--data', join(server.data, 'data'), ...args]
    server.env = { ...process.env, ...raisedLimits, ...env }
    try {
      await server.launch()
    } catch (problem) {
      await server.dispose()
      throw problem
    }
    return server
  }

  async launch() {
    this.earlier = (this.earlier ?? '') + (this.log ?? '')
    this.log = ''
    const [first, ...rest] = this.command
    this.child = spawn(first, [...rest, ...this.args], { env: this.env, cwd: root })
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })))
    await new Promise((resolve, reject) => {
      const look = (chunk) => {
        this.log += chunk
        if (this.log.includes('is ready on')) resolve()
      }
      this.child.stdout.on('data', look)
      this.child.stderr.on('data', look)
      this.child.once('error', reject)
      void this.ended.then((how) => reject(new Error(`the server ended with ${JSON.stringify(how)}:\n${this.log}`)))
    })
  }

  /** Ends it the way an operator does; resolves to {code, signal}. */
  stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    return this.ended
  }

  async restart(signal = 'SIGTERM') {
    await this.stop(signal)
    await this.launch()
  }

  async dispose() {
    await this.stop()
    await rm(this.data, { recursive: true, force: true })
  }
}
