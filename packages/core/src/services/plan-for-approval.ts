import type { PlanRow } from '../contract/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { type PlanToStore, storePlan } from './store-plan.ts'
import { toPlan } from './to-plan.ts'

/** What a run leaves for somebody to look at: stored in the transaction that ends the run, told of afterwards. */
export class PlanForApproval {
  readonly #plan: Omit<PlanToStore, 'createdAt'>
  readonly #clock: Clock
  readonly #events: EventBus
  #made: PlanRow | undefined

  constructor(
    plan: Omit<PlanToStore, 'createdAt'>,
    { clock, events }: { readonly clock: Clock; readonly events: EventBus },
  ) {
    this.#plan = plan
    this.#clock = clock
    this.#events = events
  }

  /** What it adds to the run's row; nothing where the task was changed meanwhile: its next run has a plan of its own. */
  async storeIn(session: StorageSession): Promise<{ readonly plan_id: number } | undefined> {
    const createdAt = new Date(this.#clock.now()).toISOString()
    const stored = await storePlan(session, { ...this.#plan, createdAt })
    this.#made = stored?.isNew ? stored.plan : undefined
    return stored && { plan_id: stored.plan.id }
  }

  /** Tells of a plan that was not there before. */
  tell(): void {
    if (this.#made) this.#events.emit('plan.created', { plan: toPlan(this.#made) })
  }
}
