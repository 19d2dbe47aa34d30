// The runner as a process of its own, so that servers come and go without it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { freePort, program, root } from '../support/server.mjs'

export class Runner {
  static async start() {
    const runner = new Runner()
    const port = await freePort()
    runner.url = `http://127.0.0.1:${port}`
    runner.args = ['runner', '--listen', `127.0.0.1:${port}`, '--runtimes', join(root, 'runtimes')]
    await runner.launch()
    return runner
  }

  async launch() {
    this.log = ''
    this.child = spawn(program, this.args, { cwd: root })
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve({ code, signal })),
    )
    await new Promise((resolve, reject) => {
      const look = (chunk) => {
        this.log += chunk
        if (this.log.includes('The runner answers on')) resolve()
      }
      this.child.stdout.on('data', look)
      this.child.stderr.on('data', look)
      void this.ended.then((how) =>
        reject(new Error(`the runner ended with ${JSON.stringify(how)}:\n${this.log}`)),
      )
    })
  }

  stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    return this.ended
  }
}
