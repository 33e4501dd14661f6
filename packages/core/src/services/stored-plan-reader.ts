import type { PlanRow, RunRow, SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { ServiceContext } from './context.ts'
import type { KeptValues } from './kept-values.ts'
import type { Steps } from './plan-progress.ts'
import type { PreparedPlan, SyncPlanner } from './sync-planner.ts'

export interface StoredPlanDeps extends Pick<ServiceContext, 'storage'> {
  readonly planner: SyncPlanner
  readonly kept: Pick<KeptValues, 'ofPlan' | 'fetchInto'>
}

/** Makes a stored plan ready to be carried out exactly, or says what moved since it was made. */
export class StoredPlanReader {
  readonly #deps: StoredPlanDeps

  constructor(deps: StoredPlanDeps) {
    this.#deps = deps
  }

  /**
   * The plan of a run that was asked for one. What an earlier try of this very run has brought there already does not
   * count as moved.
   * @throws PLAN_NOT_FOUND, PLAN_CLOSED, PLAN_STALE naming the refs in `details.refs`; what `SyncPlanner.plan` throws
   */
  async prepare(
    run: RunRow,
    task: SyncTaskRow,
    steps: Steps,
    options: { readonly isRetried: boolean },
  ): Promise<{ readonly stored: PlanRow; readonly plan: PreparedPlan }> {
    const { kept, planner, storage } = this.#deps
    const stored = await storage.collection('plans').get(run.plan_id ?? 0)
    if (stored === undefined) {
      throw new GitferryError('PLAN_NOT_FOUND', `The plan ${run.plan_id} of the run is gone.`)
    }
    if (stored.status !== 'open') {
      throw new GitferryError('PLAN_CLOSED', `Plan ${stored.id} is ${stored.status}; make a new one.`, {
        details: { id: stored.id, status: stored.status },
      })
    }
    const plan = await planner.prepare(task, stored.updates, steps, {
      isLanded: ({ action, new_oid, source_ref, target_ref }, target) => {
        if (!options.isRetried) return false
        if (action === 'head') return target.head === source_ref
        return (target.refs.get(target_ref) ?? null) === new_oid
      },
      readsSource: stored.kind === 'sync',
      bring: async (store) => {
        if (stored.kind === 'restore') await kept.fetchInto(store, await kept.ofPlan(stored), steps)
      },
    })
    return { stored, plan }
  }
}
