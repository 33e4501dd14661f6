import type { Clock } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'

/** How long a plan that is closed can be looked at, in ms from when it was made. */
export const keepPlansMs = 90 * 86_400_000
const everyMs = 86_400_000

/** Removes plans that nothing can be done with any more: those long closed, and those whose task was deleted. */
export class PlanExpiry {
  readonly #storage: ManagedStorage
  readonly #clock: Pick<Clock, 'now'>
  #lastAt = Number.NEGATIVE_INFINITY

  constructor({ storage, clock }: { readonly storage: ManagedStorage; readonly clock: Pick<Clock, 'now'> }) {
    this.#storage = storage
    this.#clock = clock
  }

  /** Once a day; called more often it does nothing. @throws STORAGE_FAILED: the next call does it again */
  async expire(): Promise<void> {
    const now = this.#clock.now()
    if (now - this.#lastAt < everyMs) return
    const plans = this.#storage.collection('plans')
    const long = { lt: new Date(now - keepPlansMs).toISOString() }
    await plans.deleteWhere({ status: { in: ['applied', 'stale', 'superseded'] }, created_at: long })
    const open = await plans.find({ where: { status: 'open' } })
    for (const task_id of new Set(open.map((plan) => plan.task_id))) {
      const isGone = (await this.#storage.collection('tasks').get(task_id)) === undefined
      // an id is never given twice, so no task comes to these again
      if (isGone) await plans.deleteWhere({ task_id, status: 'open' })
    }
    this.#lastAt = now
  }
}
