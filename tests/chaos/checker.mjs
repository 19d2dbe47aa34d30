// Says whether clients' records and the texts at the end agree. Knows nothing of servers.
//   node checker.mjs DIR    DIR holds one *.jsonl a client (record.mjs) and finals.json:
//                           [{room, starter, texts: {whose: text}}]
// Exit status 0 when all is well, 1 with what is not, a line each.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { tokensIn, withoutTokens } from './tokens.mjs'

/** Replicas keep what they typed and bring it again; a delta client has its acknowledgements alone. */
const replicas = new Set(['yjs', 'y-websocket'])

/**
 * `records`: for each client its lines, parsed. Answers the problems, each {rule, room, about}, and
 * the figures. The rules:
 *   lost      a token that was acknowledged, or that its replica still holds, is not there
 *   doubled   a token is there twice
 *   revived   a token is there whose deletion was acknowledged, or was made by a replica
 *   unequal   two texts of a room differ
 *   starter   without tokens the text is not the starter code, once and whole
 *   unknown   a token that nobody typed, or typed otherwise
 *   record    a record or a text that should be there is not, or is nonsense
 */
export function check(records, finals) {
  const problems = []
  const problem = (rule, room, about) => problems.push({ rule, room, about })
  const figures = {
    rooms: finals.length,
    clients: records.length,
    tokens_typed: 0,
    tokens_acknowledged: 0,
    deletions_acknowledged: 0,
    tokens_present: 0,
    acked_lost_total: 0,
    held_lost_total: 0,
  }
  const tokens = tokensByRoom(records, problem)
  for (const { typed, acknowledged, deletionAcknowledged } of [...tokens.values()].flatMap((of) => [
    ...of.values(),
  ])) {
    figures.tokens_typed += typed === undefined ? 0 : 1
    figures.tokens_acknowledged += acknowledged ? 1 : 0
    figures.deletions_acknowledged += deletionAcknowledged ? 1 : 0
  }
  if (figures.tokens_acknowledged === 0)
    problem('record', '', 'nothing was acknowledged: nothing was tested')

  for (const room of tokens.keys()) {
    if (!finals.some((final) => final.room === room))
      problem('record', room, 'its text at the end is missing')
  }
  for (const { room, starter, texts } of finals) {
    const [first, ...others] = Object.keys(texts)
    if (first === undefined || typeof texts[first] !== 'string') {
      problem('record', room, 'its text at the end is missing')
      continue
    }
    for (const other of others) {
      if (texts[other] !== texts[first])
        problem('unequal', room, `${first} and ${other}: ${difference(texts[first], texts[other])}`)
    }
    checkText(room, starter, texts[first], tokens.get(room) ?? new Map(), problem, figures)
  }
  return { problems, figures }
}

/** room → token → what is known of it. */
function tokensByRoom(records, problem) {
  const rooms = new Map()
  for (const [head, ...lines] of records) {
    if (head?.event !== 'client') {
      problem('record', '', 'a record does not say whose it is')
      continue
    }
    if (!rooms.has(head.room)) rooms.set(head.room, new Map())
    const tokens = rooms.get(head.room)
    for (const { event, token, text } of lines) {
      const known = tokens.get(token)
      if (event === 'typed') {
        if (known) problem('record', head.room, `${token} was typed twice`)
        tokens.set(token, { typed: text, isKept: replicas.has(head.kind) })
        continue
      }
      if (!known) {
        problem('record', head.room, `${token}: ${event} before it was typed`)
        continue
      }
      if (event === 'acknowledged') known.acknowledged = true
      else if (event === 'deleted') known.deleted = true
      else if (event === 'deletion_acknowledged') known.deletionAcknowledged = true
      else problem('record', head.room, `'${event}' is no event of a record`)
    }
  }
  return rooms
}

function checkText(room, starter, text, tokens, problem, figures) {
  const counts = new Map()
  for (const { name, text: found } of tokensIn(text)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
    const typed = tokens.get(name)?.typed
    if (typed !== found)
      problem('unknown', room, `${JSON.stringify(found)}; typed: ${JSON.stringify(typed)}`)
  }
  figures.tokens_present += counts.size
  for (const [name, count] of counts) {
    if (count > 1) problem('doubled', room, `${name} is there ${count} times`)
  }
  for (const [name, token] of tokens) {
    const mustBeThere = (token.acknowledged || token.isKept) && !token.deleted
    const mustBeGone = token.deletionAcknowledged || (token.deleted && token.isKept)
    if (mustBeThere && !counts.has(name)) {
      problem(
        'lost',
        room,
        `${name}, ${token.acknowledged ? 'acknowledged' : 'held by its replica'}`,
      )
      figures[token.acknowledged ? 'acked_lost_total' : 'held_lost_total'] += 1
    }
    if (mustBeGone && counts.has(name)) problem('revived', room, name)
  }
  const rest = withoutTokens(text)
  if (rest !== starter) problem('starter', room, difference(starter, rest))
}

/** Where two texts part, with what stands there. */
function difference(a, b) {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  const around = (text) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40))
  return `${a.length} and ${b.length} units, different from ${at} on: ${around(a)} / ${around(b)}`
}

/** The lines of a record, parsed. A line that is none becomes one that no rule lets pass. */
export function parseRecord(content) {
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line)
      } catch {
        return { event: `torn line ${line}`, token: '' }
      }
    })
}

function main(directory) {
  const names = readdirSync(directory).filter((name) => name.endsWith('.jsonl'))
  const records = names.map((name) => parseRecord(readFileSync(join(directory, name), 'utf8')))
  const finals = JSON.parse(readFileSync(join(directory, 'finals.json'), 'utf8'))
  const { problems, figures } = check(records, finals)
  for (const { rule, room, about } of problems) console.log(`${rule}: ${room} ${about}`)
  console.log(
    Object.entries(figures)
      .map(([name, count]) => `${name} = ${count}`)
      .join(', '),
  )
  process.exitCode = problems.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2])
