const paceMs = 60_000

/** Lets something through once a minute for each key, and counts what it holds back, so that no stranger fills a log. */
export class Paced {
  readonly #now: () => number
  /** The oldest first. */
  readonly #passed = new Map<string, { readonly at: number; held: number }>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How many were held back since the last that passed; `undefined`: this one is held back too. */
  pass(key: string): number | undefined {
    const now = this.#now()
    const last = this.#passed.get(key)
    if (last !== undefined && now - last.at < paceMs) {
      last.held += 1
      return undefined
    }
    for (const [old, { at }] of this.#passed) {
      if (now - at < paceMs) break
      this.#passed.delete(old)
    }
    this.#passed.delete(key)
    this.#passed.set(key, { at: now, held: 0 })
    return last?.held ?? 0
  }
}
