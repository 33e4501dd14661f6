import { waitOrAbort } from './abort.ts'

/** One holder at a time per key, in the order of asking: a plan and a run of one repository do not meet. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()

  /** Runs `work` once everybody who asked for `key` before has ended. @throws ABORTED while it waits */
  async hold<Result>(
    key: string,
    work: () => Promise<Result>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const tail = before.then(() => released)
    this.#tails.set(key, tail)
    try {
      await waitOrAbort(before, signal)
      return await work()
    } finally {
      release()
      // whoever gave up waiting leaves while others still hold the lock: the key stays theirs
      void tail.then(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key)
      })
    }
  }
}
