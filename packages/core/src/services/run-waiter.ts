import { isFinished, type Run, type RunWithRefs } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { findRun } from './find-or-refuse.ts'
import { readRunRefs } from './read-run-refs.ts'
import { toRun } from './to-run.ts'

/** Waits for runs to end. */
export class RunWaiter {
  readonly #storage: ManagedStorage
  readonly #events: EventBus
  readonly #closing = new AbortController()

  constructor({ storage, events }: { readonly storage: ManagedStorage; readonly events: EventBus }) {
    this.#storage = storage
    this.#events = events
  }

  /** Ends every wait with `CLOSED`: the run goes on at the next start, and nobody here will see it end. */
  close(): void {
    this.#closing.abort()
  }

  /** @throws RUN_NOT_FOUND, ABORTED, CLOSED when gitferry stops before the run has ended */
  async wait(
    id: number,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunWithRefs> {
    throwIfAborted(signal)
    if (this.#closing.signal.aborted) throw stopped(id)
    const { promise: ended, resolve, reject } = Promise.withResolvers<Run>()
    ended.catch(() => {})
    const closing = this.#closing.signal
    const onClose = () => reject(stopped(id))
    closing.addEventListener('abort', onClose, { once: true })
    // listening begins before the look, so that an end in between is not missed
    const unsubscribe = this.#events.on('run.finished', ({ run }) => {
      if (run.id === id) resolve(run)
    })
    try {
      const found = toRun(await findRun(this.#storage, id))
      const run = isFinished(found.status) ? found : await waitOrAbort(ended, signal)
      return { ...run, refs: await readRunRefs(this.#storage, id) }
    } finally {
      unsubscribe()
      closing.removeEventListener('abort', onClose)
    }
  }
}

function stopped(id: number): GitferryError {
  return new GitferryError(
    'CLOSED',
    `gitferry stopped before run ${id} had ended; it runs again at the next start.`,
    { details: { run_id: id } },
  )
}
