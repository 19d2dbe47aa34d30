import { describe, expect, it } from 'vitest'
import { parseRoomId, parseRoomLink, roomLink } from './room-link'

const id = '3f2c6a1e-8b4d-4c7a-9e51-0d6f2b7a9c30'
const here = { host: 'codencollab.example' }

describe('parseRoomId', () => {
  it.each([
    [id, id],
    [id.toUpperCase(), id],
    [`${id} `, null],
    [`x${id}`, null],
    [id.slice(1), null],
    ['', null],
  ])('%j is %j', (text, roomId) => {
    expect(parseRoomId(text)).toBe(roomId)
  })
})

describe('parseRoomLink', () => {
  it.each([
    id,
    `  ${id}\n`,
    `/r/${id}`,
    `codencollab.example/r/${id}`,
    `https://codencollab.example/r/${id}`,
    `HTTPS://CodenCollab.Example/r/${id.toUpperCase()}`,
    `https://codencollab.example/r/${id}/playback?t=12#x`,
    `<https://codencollab.example/r/${id}>,`,
    `"https://codencollab.example/r/${id}".`,
  ])('reads %j', (text) => {
    expect(parseRoomLink(text, here)).toEqual({ kind: 'room', roomId: id })
  })

  it('names the other server of a link that leads elsewhere', () => {
    expect(parseRoomLink(`https://other.example:8443/r/${id}`, here)).toEqual({
      kind: 'elsewhere',
      host: 'other.example:8443',
    })
  })

  it.each([
    '',
    'hello',
    'https://codencollab.example/',
    'https://codencollab.example/r/abc',
    '/r/',
  ])('cannot read %j', (text) => {
    expect(parseRoomLink(text, here)).toEqual({ kind: 'unreadable' })
  })

  it('reads the link it makes', () => {
    expect(parseRoomLink(roomLink(id), window.location)).toEqual({ kind: 'room', roomId: id })
  })
})
