import { expect, test } from 'vitest'
import type { ChatEntry } from '../room/room-data'
import { groupChat, splitMessage } from './chat-groups'

const said = (id: string, userId: string, minute: number): ChatEntry => ({
  kind: 'message',
  id,
  message: {
    id,
    text: id,
    sender: userId,
    userId,
    at: new Date(Date.UTC(2026, 10, 24, 14, minute)).toISOString(),
  },
})

test('messages of one sender within two minutes stand together', () => {
  const joined: ChatEntry = { kind: 'joined', id: 'j', name: 'Ben', at: 0 }
  const items = groupChat([
    joined,
    said('1', 'ada', 0),
    said('2', 'ada', 2),
    said('3', 'ben', 2),
    said('4', 'ada', 3),
    said('5', 'ada', 6),
  ])
  expect(
    items.map((item) => (item.kind === 'line' ? 'line' : item.messages.map(({ id }) => id).join())),
  ).toEqual(['line', '1,2', '3', '4', '5'])
})

test('code and addresses are told apart from text, and stay text', () => {
  expect(splitMessage('try `merge(a)` or see https://x.example/a?b=1. <b>')).toEqual([
    { kind: 'text', text: 'try ' },
    { kind: 'code', text: 'merge(a)' },
    { kind: 'text', text: ' or see ' },
    { kind: 'link', text: 'https://x.example/a?b=1' },
    { kind: 'text', text: '. <b>' },
  ])
  expect(splitMessage('a ` b')).toEqual([{ kind: 'text', text: 'a ` b' }])
})
