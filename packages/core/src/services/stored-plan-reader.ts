import type { KeptRefRow, PlanRow, RunRow, SyncTaskRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { ServiceContext } from './context.ts'
import { keptElsewhere } from './kept-elsewhere.ts'
import type { KeptValues } from './kept-values.ts'
import type { Steps } from './plan-progress.ts'
import { planElsewhere } from './plan-refusals.ts'
import { sameRepos } from './repos-of.ts'
import type { PreparedPlan, SyncPlanner } from './sync-planner.ts'

export interface StoredPlanDeps extends Pick<ServiceContext, 'storage'> {
  readonly planner: Pick<SyncPlanner, 'prepare'>
  readonly kept: Pick<KeptValues, 'ofPlan' | 'fetchInto'>
}

interface Options {
  readonly isRetried: boolean
}

/** Makes a stored plan ready to be carried out exactly, or says what moved since it was made. */
export class StoredPlanReader {
  readonly #deps: StoredPlanDeps

  constructor(deps: StoredPlanDeps) {
    this.#deps = deps
  }

  /**
   * The plan of a run that was asked for one. What an earlier try of this very run has brought there already does not
   * count as moved. A plan that is not true any more is closed.
   * @throws PLAN_NOT_FOUND, PLAN_CLOSED, PLAN_STALE naming the refs in `details.refs`, or none where the task leads
   *   elsewhere by now; what `SyncPlanner.plan` throws
   */
  async prepare(
    run: RunRow,
    task: SyncTaskRow,
    steps: Steps,
    options: Options,
  ): Promise<{ readonly stored: PlanRow; readonly plan: PreparedPlan }> {
    const stored = await this.#find(run)
    try {
      return { stored, plan: await this.#prepare(stored, task, steps, options) }
    } catch (error) {
      if (isGitferryError(error, 'PLAN_STALE')) {
        const plans = this.#deps.storage.collection('plans')
        await plans.updateWhere({ id: stored.id, status: 'open' }, { status: 'stale' })
      }
      throw error
    }
  }

  async #find(run: RunRow): Promise<PlanRow> {
    const stored = await this.#deps.storage.collection('plans').get(run.plan_id ?? 0)
    if (stored === undefined) {
      throw new GitferryError('PLAN_NOT_FOUND', `The plan ${run.plan_id} of the run is gone.`)
    }
    if (stored.status === 'open') return stored
    throw new GitferryError('PLAN_CLOSED', `Plan ${stored.id} is ${stored.status}; make a new one.`, {
      details: { id: stored.id, status: stored.status },
    })
  }

  async #prepare(stored: PlanRow, task: SyncTaskRow, steps: Steps, options: Options): Promise<PreparedPlan> {
    const { kept, planner } = this.#deps
    const rows = await kept.ofPlan(stored)
    refuseElsewhere(stored, rows, task)
    return planner.prepare(task, stored.updates, steps, {
      isLanded: ({ action, new_oid, source_ref, target_ref }, target) => {
        if (!options.isRetried) return false
        if (action === 'head') return target.head === source_ref
        return (target.refs.get(target_ref) ?? null) === new_oid
      },
      readsSource: stored.kind === 'sync',
      bring: (store) => kept.fetchInto(store, rows, steps),
    })
  }
}

/** A change of the task closes its plans; this is for one that was changed before that was so. @throws PLAN_STALE */
function refuseElsewhere(stored: PlanRow, rows: readonly KeptRefRow[], task: SyncTaskRow): void {
  if (sameRepos(stored, task) && keptElsewhere(rows, task) === undefined) return
  throw planElsewhere(stored, task)
}
