import { isFinished, type RunWithRefs } from '../contract/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { EndWaiter } from './end-waiter.ts'
import { findRun } from './find-or-refuse.ts'
import { readRun } from './read-run.ts'

/** Waits for runs to end. `wait` throws RUN_NOT_FOUND besides. */
export class RunWaiter extends EndWaiter<RunWithRefs> {
  constructor({ events }: { readonly events: EventBus }) {
    super({
      noun: 'run',
      isEnded: async (session, id) => isFinished((await findRun(session, id)).status),
      read: readRun,
      onEnd: (listener) => events.on('run.finished', ({ run }) => listener(run.id)),
    })
  }
}
