import { isGitferryError } from '../errors/index.ts'
import { waitOrAbort } from './abort.ts'

/** One holder at a time per key, in the order of asking: a plan and a run of one repository do not meet. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()
  readonly #givingWay = new Map<string, AbortController>()

  /** Runs `work` once everybody who asked for `key` before has ended. @throws ABORTED while it waits */
  async hold<Result>(
    key: string,
    work: () => Promise<Result>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Result> {
    this.#givingWay.get(key)?.abort('wanted')
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
  /**
   * Runs `work` only while nobody else wants the key: its signal fires as soon as somebody asks, who waits no longer than
   * it takes to give up. Answers `busy`, without running it, where somebody holds the key already, and `gave-way` when it
   * was given up. @throws ABORTED
   */
  async holdWhileUnwanted<Result>(
    key: string,
    work: (signal: AbortSignal) => Promise<Result>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<{ readonly done: Result } | 'busy' | 'gave-way'> {
    if (this.#tails.has(key)) return 'busy'
    const wanted = new AbortController()
    const either = signal === undefined ? wanted.signal : AbortSignal.any([signal, wanted.signal])
    const held = this.hold(key, () => work(either), { signal })
    this.#givingWay.set(key, wanted)
    try {
      return { done: await held }
    } catch (error) {
      if (wanted.signal.aborted && isGitferryError(error, 'ABORTED') && !signal?.aborted) return 'gave-way'
      throw error
    } finally {
      if (this.#givingWay.get(key) === wanted) this.#givingWay.delete(key)
    }
  }
}
