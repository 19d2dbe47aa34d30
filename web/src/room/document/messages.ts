/**
 * The messages of y-websocket that a client and the server exchange, one in each binary packet.
 * Pure; what an update or a state vector says is Yjs' affair.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export type YMessage =
  /** Asks for what the sender lacks. */
  | { kind: 'step-1'; stateVector: Uint8Array }
  /** The answer to a step 1; and an update that nobody asked for. Applied alike. */
  | { kind: 'step-2' | 'update'; update: Uint8Array }
  | { kind: 'awareness'; update: Uint8Array }

const sync = 0
const awareness = 1
const syncKinds = ['step-1', 'step-2', 'update'] as const

export function encodeMessage(message: YMessage): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder()
  if (message.kind === 'awareness') {
    encoding.writeVarUint(encoder, awareness)
    encoding.writeVarUint8Array(encoder, message.update)
  } else {
    encoding.writeVarUint(encoder, sync)
    encoding.writeVarUint(encoder, syncKinds.indexOf(message.kind))
    const bytes = message.kind === 'step-1' ? message.stateVector : message.update
    encoding.writeVarUint8Array(encoder, bytes)
  }
  return encoding.toUint8Array(encoder)
}

/** Undefined for what is malformed and for kinds that a client has no use for. */
export function decodeMessage(packet: Uint8Array): YMessage | undefined {
  try {
    const decoder = decoding.createDecoder(packet)
    const kind = decoding.readVarUint(decoder)
    if (kind === awareness)
      return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) }
    if (kind !== sync) return undefined
    const syncKind = syncKinds[decoding.readVarUint(decoder)]
    if (syncKind === undefined) return undefined
    const bytes = decoding.readVarUint8Array(decoder)
    return syncKind === 'step-1'
      ? { kind: syncKind, stateVector: bytes }
      : { kind: syncKind, update: bytes }
  } catch {
    return undefined
  }
}
