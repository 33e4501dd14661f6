import { isFinished, type Run, type RunWithRefs } from '../contract/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { EndWaiter } from './end-waiter.ts'
import { findRun } from './find-or-refuse.ts'
import { readRunRefs } from './read-run-refs.ts'
import { toRun } from './to-run.ts'

/** Waits for runs to end. */
export class RunWaiter {
  readonly #storage: ManagedStorage
  readonly #waiter: EndWaiter<Run>

  constructor({ storage, events }: { readonly storage: ManagedStorage; readonly events: EventBus }) {
    this.#storage = storage
    this.#waiter = new EndWaiter({
      noun: 'run',
      look: async (id) => toRun(await findRun(storage, id)),
      isEnded: ({ status }) => isFinished(status),
      onEnd: (listener) => events.on('run.finished', ({ run }) => listener(run)),
    })
  }

  /** Ends every wait with `CLOSED`: the run goes on at the next start, and nobody here will see it end. */
  close(): void {
    this.#waiter.close()
  }

  /** @throws RUN_NOT_FOUND, ABORTED, CLOSED when gitferry stops before the run has ended */
  async wait(id: number, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<RunWithRefs> {
    const run = await this.#waiter.wait(id, options)
    return { ...run, refs: await readRunRefs(this.#storage, id) }
  }
}
