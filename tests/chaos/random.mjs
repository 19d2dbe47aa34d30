/** Numbers from a seed: the same choices in every run of it, however the machine is scheduled. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0
  }

  /** From 0 up to, not with, 1. (mulberry32) */
  fraction() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both ends included. */
  between(least, most) {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  chance(probability) {
    return this.fraction() < probability
  }

  pick(list) {
    return list[this.between(0, list.length - 1)]
  }

  /** A generator of its own for a part, so that parts do not disturb each other's choices. */
  branch() {
    return new Random(this.between(0, 2 ** 32 - 1))
  }
}
