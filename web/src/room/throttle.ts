/**
 * Lets one value through in each interval: the first at once, of those that follow only the last.
 * The last one is always sent. `dispose` drops what waits.
 */
export class Throttle<T> {
  private timer: ReturnType<typeof setTimeout> | undefined
  private waiting: { value: T } | undefined

  constructor(
    private readonly intervalMs: number,
    private readonly send: (value: T) => void,
  ) {}

  push(value: T): void {
    if (this.timer === undefined) {
      this.send(value)
      this.rest()
    } else this.waiting = { value }
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.waiting = undefined
  }

  private rest(): void {
    this.timer = setTimeout(() => {
      this.timer = undefined
      const next = this.waiting
      this.waiting = undefined
      if (next) this.push(next.value)
    }, this.intervalMs)
  }
}
