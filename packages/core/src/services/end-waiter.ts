import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'

export interface EndWaiterOptions<Ended> {
  /** For messages: `run`, `job`. */
  readonly noun: 'run' | 'job'
  /** Throws when there is none of that id. */
  readonly isEnded: (session: StorageSession, id: number) => Promise<boolean>
  /** What is answered of one that has ended. Throws when there is none of that id. */
  readonly read: (session: StorageSession, id: number) => Promise<Ended>
  /** Calls back at every end, with the id; answers how to unsubscribe. */
  readonly onEnd: (listener: (id: number) => void) => () => void
}

/** Waits for what goes on in the background to end. */
export class EndWaiter<Ended> {
  readonly #options: EndWaiterOptions<Ended>
  readonly #closing = new AbortController()

  constructor(options: EndWaiterOptions<Ended>) {
    this.#options = options
  }

  /** Ends every wait with `CLOSED`: it goes on at the next start, and nobody here will see it end. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * Answers what the storage of whoever waits holds at the end: meanwhile it may have come to be another repository's.
   * @throws what `isEnded` and `read` throw, ABORTED, CLOSED when gitferry stops before the end
   */
  async wait(
    id: number,
    storage: StorageSession,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Ended> {
    const { isEnded, noun, onEnd, read } = this.#options
    throwIfAborted(signal)
    if (this.#closing.signal.aborted) throw stopped(noun, id)
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    ended.catch(() => {})
    const closing = this.#closing.signal
    const onClose = () => reject(stopped(noun, id))
    closing.addEventListener('abort', onClose, { once: true })
    // listening begins before the look, so that an end in between is not missed
    const unsubscribe = onEnd((endedId) => {
      if (endedId === id) resolve()
    })
    try {
      if (!(await isEnded(storage, id))) await waitOrAbort(ended, signal)
      return await read(storage, id)
    } finally {
      unsubscribe()
      closing.removeEventListener('abort', onClose)
    }
  }
}

const stopped = (noun: 'run' | 'job', id: number): GitferryError =>
  new GitferryError(
    'CLOSED',
    `gitferry stopped before ${noun} ${id} had ended; it runs again at the next start.`,
    { details: { [`${noun}_id`]: id } },
  )
