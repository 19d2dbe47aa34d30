/**
 * Small decoders for what comes in from outside. A decoder gives a value of its type or throws
 * `Malformed`; `attempt` turns that into a union, so nothing thrown leaves this folder.
 * Unknown fields are dropped: the contract may grow fields at any time.
 */
export type Decoder<T> = (value: unknown, path: string) => T
export type Decoded<D> = D extends Decoder<infer T> ? T : never
export type Attempt<T> = { ok: true; value: T } | { ok: false; problem: string }

class Malformed extends Error {}

function fail(path: string, wanted: string): never {
  throw new Malformed(`${path || 'payload'} is not ${wanted}`)
}

export const text: Decoder<string> = (value, path) =>
  typeof value === 'string' ? value : fail(path, 'a string')

export const flag: Decoder<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : fail(path, 'true or false')

export const number: Decoder<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(path, 'a number')

/** Binary data, in whichever of its forms a socket delivers it. */
export const bytes: Decoder<Uint8Array> = (value, path) => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (!ArrayBuffer.isView(value)) return fail(path, 'binary')
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** A whole number that is not negative: positions, lengths, counts. */
export const count: Decoder<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(path, 'a count')

export function oneOf<const T extends string>(...words: readonly T[]): Decoder<T> {
  return (value, path) =>
    words.includes(value as T) ? (value as T) : fail(path, `one of ${words.join(', ')}`)
}

export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((entry: unknown, index) => item(entry, `${path}[${index}]`))
      : fail(path, 'a list')
}

export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null || value === undefined ? null : inner(value, path))
}

/** Missing, `null` and malformed alike give the fallback: for fields that only decorate. */
export function lenient<T>(inner: Decoder<T>, fallback: T): Decoder<T> {
  return (value, path) => {
    const result = attempt(inner, value, path)
    return result.ok ? result.value : fallback
  }
}

const optionalMark = Symbol('optional')
type Optional<T> = Decoder<T | undefined> & { [optionalMark]: true }

/** A field that may be missing; then the key is missing in the result as well. */
export function optional<T>(inner: Decoder<T>): Optional<T> {
  const decoder: Decoder<T | undefined> = (value, path) =>
    value === undefined || value === null ? undefined : inner(value, path)
  return Object.assign(decoder, { [optionalMark]: true as const })
}

/** An optional field that only decorates: malformed is as good as missing. */
export function hint<T>(inner: Decoder<T>): Optional<T> {
  return optional<T>((value, path) => {
    const result = attempt(inner, value, path)
    return (result.ok ? result.value : undefined) as T
  })
}

type Fields = Record<string, Decoder<unknown>>
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F]
type ObjectOf<F extends Fields> = {
  [K in Exclude<keyof F, OptionalKeys<F>>]: Decoded<F[K]>
} & { [K in OptionalKeys<F>]?: Exclude<Decoded<F[K]>, undefined> }
type Flat<T> = { [K in keyof T]: T[K] }

export function object<F extends Fields>(fields: F): Decoder<Flat<ObjectOf<F>>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return fail(path, 'an object')
    const source = value as Record<string, unknown>
    const result: Record<string, unknown> = {}
    for (const [key, decode] of Object.entries(fields)) {
      const decoded = decode(source[key], path ? `${path}.${key}` : key)
      if (decoded !== undefined) result[key] = decoded
    }
    return result as Flat<ObjectOf<F>>
  }
}

export function attempt<T>(decoder: Decoder<T>, value: unknown, path = ''): Attempt<T> {
  try {
    return { ok: true, value: decoder(value, path) }
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message }
    throw error
  }
}
