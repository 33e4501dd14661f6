/** The longest that a timer takes (`setTimeout`, in ms); a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** The time that a stop leaves to what is under way: one for all of its steps. A second stop may shorten it. */
export class Grace {
  readonly #over = new AbortController()
  readonly #shortened = new Set<() => void>()
  #endsAt = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** @param ms from now on; 0: there is none */
  constructor(ms: number) {
    this.shorten(ms)
  }

  /** Fires when it is over. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now())
  }

  /** Lets it end `ms` from now, unless it ends before that. */
  shorten(ms: number): void {
    const endsAt = performance.now() + ms
    if (endsAt >= this.#endsAt) return
    this.#endsAt = endsAt
    clearTimeout(this.#timer)
    if (ms <= 0) this.#over.abort()
    else this.#timer = setTimeout(() => this.#over.abort(), Math.min(ms, longestTimerMs))
    for (const listener of this.#shortened) listener()
  }

  /** Waits for `work`, but no longer than the grace. */
  async wait(work: Promise<void>): Promise<void> {
    if (this.signal.aborted) return
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const onOver = () => resolve()
    this.signal.addEventListener('abort', onOver, { once: true })
    await Promise.race([work, over])
    this.signal.removeEventListener('abort', onOver)
  }

  /** Stops a part that keeps the time itself, and is told again when there is less of it. */
  async stop(stop: (options: { readonly timeoutMs: number }) => Promise<void>): Promise<void> {
    // what this call rejects with, the first one does too
    const hurry = () => void stop({ timeoutMs: this.leftMs }).catch(() => {})
    this.#shortened.add(hurry)
    try {
      await stop({ timeoutMs: this.leftMs })
    } finally {
      this.#shortened.delete(hurry)
    }
  }

  /** Leaves no timer behind, also when it is shortened later. */
  close(): void {
    clearTimeout(this.#timer)
    this.#endsAt = Number.NEGATIVE_INFINITY
  }
}
