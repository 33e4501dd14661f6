/** One holder at a time per key, in the order of asking: a plan and a run of one repository do not meet. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()

  /** Runs `work` once everybody who asked for `key` before has ended. */
  async hold<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const tail = before.then(() => released)
    this.#tails.set(key, tail)
    await before
    try {
      return await work()
    } finally {
      release()
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
  }
}
