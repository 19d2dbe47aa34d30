// Starts one server and runs every client test of this folder against it; exit status 1 on a failure.
import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { Server } from '../support/server.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const frontendOrigin = 'http://frontend.example'

const run = (command, args, env) =>
  new Promise((resolve) => {
    spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).once('close', resolve)
  })

const server = await Server.start({ args: ['--frontend-origin', frontendOrigin] })
let failed = false
try {
  const env = { BASE_URL: server.base, FRONTEND_ORIGIN: frontendOrigin }
  const files = (await readdir(here)).filter((name) => name.endsWith('.test.mjs')).map((name) => here + name)
  failed = (await run(process.execPath, ['--test', ...files], env)) !== 0
  failed = (await run('/usr/bin/python3', [`${here}python_client.py`], env)) !== 0 || failed
} finally {
  const { code } = await server.stop()
  await server.dispose()
  if (code !== 0) {
    console.error(`the server ended with ${code}:\n${server.log}`)
    failed = true
  }
}
process.exit(failed ? 1 : 0)
