import { GitferryError } from '../errors/index.ts'

interface Shared<Result> {
  readonly promise: Promise<Result>
  readonly controller: AbortController
  waiters: number
}

/** Work that several callers ask for at once is done once. It is given up when the last of them has gone. */
export class SharedWork<Key, Result> {
  readonly #running = new Map<Key, Shared<Result>>()

  /** Joins the work under `key`, or starts it. @throws ABORTED to the caller whose signal fires, and only to it */
  async join(
    key: Key,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (signal?.aborted) throw aborted(signal)
    const found = this.#running.get(key)
    const shared = found === undefined || found.controller.signal.aborted ? this.#start(key, start) : found
    shared.waiters += 1
    let onAbort = (): void => {}
    const gaveUp = new Promise<never>((_, reject) => {
      onAbort = () => reject(aborted(signal))
      signal?.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([shared.promise, gaveUp])
    } finally {
      signal?.removeEventListener('abort', onAbort)
      shared.waiters -= 1
      if (shared.waiters === 0) {
        shared.controller.abort()
        // whoever leaves last waits until nothing of the work is left
        await shared.promise.catch(() => {})
      }
    }
  }

  #start(key: Key, start: (signal: AbortSignal) => Promise<Result>): Shared<Result> {
    const controller = new AbortController()
    const shared: Shared<Result> = { promise: start(controller.signal), controller, waiters: 0 }
    this.#running.set(key, shared)
    const forget = (): void => {
      if (this.#running.get(key) === shared) this.#running.delete(key)
    }
    shared.promise.then(forget, forget)
    return shared
  }
}

const aborted = (signal: AbortSignal | undefined): GitferryError =>
  new GitferryError('ABORTED', 'The call was given up by its caller.', { cause: signal?.reason })
