import { GitferryError } from '../errors/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'

export interface EndWaiterOptions<Ended> {
  /** For messages: `run`, `job`. */
  readonly noun: 'run' | 'job'
  /** What it is now. @throws when there is none of that id */
  readonly look: (id: number) => Promise<Ended>
  readonly isEnded: (found: Ended) => boolean
  /** Calls back at every end, with what ended; answers how to unsubscribe. */
  readonly onEnd: (listener: (ended: Ended & { readonly id: number }) => void) => () => void
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

  /** @throws what `look` throws, ABORTED, CLOSED when gitferry stops before the end */
  async wait(id: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Ended> {
    const { isEnded, look, noun, onEnd } = this.#options
    throwIfAborted(signal)
    if (this.#closing.signal.aborted) throw stopped(noun, id)
    const { promise: ended, resolve, reject } = Promise.withResolvers<Ended>()
    ended.catch(() => {})
    const closing = this.#closing.signal
    const onClose = () => reject(stopped(noun, id))
    closing.addEventListener('abort', onClose, { once: true })
    // listening begins before the look, so that an end in between is not missed
    const unsubscribe = onEnd((found) => {
      if (found.id === id) resolve(found)
    })
    try {
      const found = await look(id)
      return isEnded(found) ? found : await waitOrAbort(ended, signal)
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
