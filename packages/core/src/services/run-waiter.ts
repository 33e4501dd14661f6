import { isFinished, type RunWithRefs } from '../contract/index.ts'
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

  constructor({ storage, events }: { readonly storage: ManagedStorage; readonly events: EventBus }) {
    this.#storage = storage
    this.#events = events
  }

  /** @throws RUN_NOT_FOUND, ABORTED */
  async wait(
    id: number,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<RunWithRefs> {
    throwIfAborted(signal)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    // listening begins before the look, so that an end in between is not missed
    const unsubscribe = this.#events.on('run.finished', ({ run }) => {
      if (run.id === id) resolve()
    })
    try {
      if (!isFinished((await findRun(this.#storage, id)).status)) await waitOrAbort(ended, signal)
      const run = await findRun(this.#storage, id)
      return { ...toRun(run), refs: await readRunRefs(this.#storage, id) }
    } finally {
      unsubscribe()
    }
  }
}
