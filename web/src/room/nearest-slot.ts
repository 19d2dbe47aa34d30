/**
 * Colours of other programs, to the nearest of ours. What a stranger sends never becomes a style:
 * it is read as three numbers or not at all.
 */
type Rgb = readonly [red: number, green: number, blue: number]

/** The slots' colours in the light and in the dark theme, as in tokens.css. */
const colours: readonly (readonly [light: string, dark: string])[] = [
  ['#1d4ed8', '#60a5fa'],
  ['#b45309', '#fbbf24'],
  ['#15803d', '#4ade80'],
  ['#be185d', '#f472b6'],
  ['#6d28d9', '#a78bfa'],
  ['#0f766e', '#2dd4bf'],
  ['#b91c1c', '#f87171'],
  ['#4d7c0f', '#a3e635'],
]

/** Undefined for what is no colour that can be read. */
export function nearestSlot(colour: unknown): number | undefined {
  const wanted = typeof colour === 'string' ? parse(colour.trim().toLowerCase()) : undefined
  if (!wanted) return undefined
  const distances = colours.map((pair) =>
    Math.min(...pair.map((known) => distance(wanted, hex(known.slice(1))))),
  )
  return distances.indexOf(Math.min(...distances)) + 1
}

function parse(colour: string): Rgb | undefined {
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(colour)) {
    const digits = colour.slice(1)
    return hex(digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits)
  }
  const call = /^(rgb|hsl)a?\(([^)]*)\)$/.exec(colour)
  const numbers = (call?.[2] ?? '').match(/-?\d+(\.\d+)?/g)?.map(Number) ?? []
  const [first, second, third] = numbers
  if (first === undefined || second === undefined || third === undefined) return undefined
  return call?.[1] === 'rgb' ? [first, second, third] : fromHsl(first, second / 100, third / 100)
}

function hex(digits: string): Rgb {
  const part = (at: number) => parseInt(digits.slice(at, at + 2), 16)
  return [part(0), part(2), part(4)]
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const part = (from: number) => {
    const at = (((from + hue / 30) % 12) + 12) % 12
    return 255 * (lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1)))
  }
  return [part(0), part(8), part(4)]
}

/** Weighted by how people see ("redmean", T. Riemersma): close enough to choose among eight. */
function distance(a: Rgb, b: Rgb): number {
  const mean = (a[0] + b[0]) / 2
  const [red, green, blue] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
  return (2 + mean / 256) * red ** 2 + 4 * green ** 2 + (2 + (255 - mean) / 256) * blue ** 2
}
