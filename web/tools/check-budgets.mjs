// Fails the build when a part of the client is larger (brotli) than it is allowed to be.
// Reads Vite's manifest, so a file counts for the part that really pulls it in.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const KiB = 1024

/** @type {Record<string, {file: string, css?: string[], imports?: string[], dynamicImports?: string[], isEntry?: boolean, src?: string}>} */
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'))

/** @type {Map<string, number>} */
const sizes = new Map()
/** @param {string} file */
function size(file) {
  let known = sizes.get(file)
  if (known === undefined) {
    known = brotliCompressSync(readFileSync(join(dist, file)), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
    }).length
    sizes.set(file, known)
  }
  return known
}

/** The files that come with a chunk at once: itself, its static imports, their styles.
 * @param {string} key @param {Set<string>} files */
function together(key, files = new Set()) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return files
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) together(next, files)
  return files
}

/** @param {(key: string) => boolean} picks @param {string[]} without */
function filesOf(picks, without = []) {
  const skipped = new Set(without)
  const files = new Set()
  for (const key of Object.keys(manifest).filter(picks)) {
    for (const file of together(key)) if (!skipped.has(file)) files.add(file)
  }
  return [...files]
}

const isMonaco = (/** @type {string} */ file) => /\/monaco-[^/]*\.(js|css)$/.test(file)
const entry = filesOf((key) => manifest[key]?.isEntry === true)
const pages = filesOf((key) => /^src\/(landing|home|auth|settings|ended)\//.test(key), entry)
const shell = [...entry, ...pages]
const room = filesOf((key) => /^src\/room\//.test(key), shell).filter((file) => !isMonaco(file))
const editor = filesOf((key) => /^src\/editor\//.test(key), [...shell, ...room])
const assets = readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`)
const workers = assets.filter((file) => /\/[^/]*worker[^/]*\.js$/.test(file))
const languages = Object.entries(manifest)
  .filter(([key]) => /monaco-editor\/.*languages\/definitions\//.test(key))
  .map(([, chunk]) => chunk.file)

let failed = false
/** @param {string} name @param {string[]} files @param {number} limit */
function check(name, files, limit) {
  const bytes = files.reduce((sum, file) => sum + size(file), 0)
  const over = bytes > limit
  failed ||= over
  const kib = (/** @type {number} */ n) => (n / KiB).toFixed(1).padStart(6)
  console.log(`${over ? 'OVER' : 'ok  '} ${kib(bytes)} of ${kib(limit)} KiB  ${name}`)
  if (over) {
    for (const file of [...files].sort((a, b) => size(b) - size(a)).slice(0, 8)) {
      console.log(`       ${kib(size(file))} KiB  ${file}`)
    }
  }
}

check('landing, home, sign-in, settings: JS and CSS', shell, 200 * KiB)
check('room shell on top', room, 90 * KiB)
check('editor: Monaco and its features', editor, 700 * KiB)
for (const worker of workers) check(`worker ${worker}`, [worker], 80 * KiB)
for (const language of languages) check(`language ${language}`, [language], 4 * KiB)

const html = readFileSync(join(dist, 'index.html'), 'utf8')
if (/<script(?![^>]*\bsrc=)/.test(html) || /\son\w+=/.test(html)) {
  failed = true
  console.log('OVER  index.html holds an inline script, which the content security policy refuses')
}
if (/(?:src|href)="(?:https?:)?\/\//.test(html) || !existsSync(join(dist, 'favicon.svg'))) {
  failed = true
  console.log('OVER  index.html loads something from elsewhere, or has no icon')
}
process.exit(failed ? 1 : 0)
