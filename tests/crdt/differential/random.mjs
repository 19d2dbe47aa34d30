/** A seeded source of choices (mulberry32). */
export class Random {
  constructor(seed) {
    this.state = seed | 0
  }

  fraction() {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** 0 … below-1 */
  int(below) {
    return Math.floor(this.fraction() * below)
  }

  chance(p) {
    return this.fraction() < p
  }

  pick(list) {
    return list[this.int(list.length)]
  }

  shuffle(list) {
    const out = [...list]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      ;[out[i], out[j]] = [out[j], out[i]]
    }
    return out
  }
}
