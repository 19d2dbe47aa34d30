import { expect, test } from 'vitest'
import { decodeMessage, encodeMessage } from './messages'
import type { YMessage } from './messages'

const bytes = Uint8Array.of(1, 2, 3)

test.each<[YMessage, number[]]>([
  [{ kind: 'step-1', stateVector: bytes }, [0, 0, 3, 1, 2, 3]],
  [{ kind: 'step-2', update: bytes }, [0, 1, 3, 1, 2, 3]],
  [{ kind: 'update', update: bytes }, [0, 2, 3, 1, 2, 3]],
  [{ kind: 'awareness', update: bytes }, [1, 3, 1, 2, 3]],
])('%j travels as y-protocols say', (message, packet) => {
  expect([...encodeMessage(message)]).toEqual(packet)
  expect(decodeMessage(Uint8Array.from(packet))).toEqual(message)
})

test.each([[[]], [[0]], [[0, 3, 0]], [[0, 0]], [[0, 2, 9, 1]], [[1]], [[2, 0, 0]], [[3]], [[9]]])(
  '%j is nothing that a client has a use for',
  (packet) => {
    expect(decodeMessage(Uint8Array.from(packet))).toBeUndefined()
  },
)
