import type { Plan, SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { approvalNeeded, holdForApproval } from '../sync/hold-for-approval.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { SideAccess } from './side-access.ts'
import { storePlan } from './store-plan.ts'
import { SyncPlanner } from './sync-planner.ts'
import { toPlan } from './to-plan.ts'

/**
 * Plans what a run of a task would do now, and stores that, with an audit entry.
 * @throws TASK_NOT_FOUND, what `SyncPlanner.plan` throws, VERSION_CONFLICT also when the task was changed meanwhile
 */
export async function planTask(
  id: number,
  context: ServiceContext,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Plan> {
  const { audit, clock, principal, storage } = context
  // its gits are the caller's, and go nowhere that the caller may not reach
  const planner = new SyncPlanner({ ...context, access: new SideAccess(context) })
  const subject = { type: 'plan', object_type: 'task', object_id: auditId(id) } as const
  return audit.attempt(principal, subject, async (draft) => {
    const task = await findTask(storage, id)
    const { updates, stop } = await planner.planAlone(task, { signal })
    const { held } = task.require_approval ? holdForApproval(updates, task) : { held: [] }
    return storage.transaction(async (session) => {
      await findTask(session, id)
      const stored = await storePlan(session.whole, {
        task,
        updates,
        stop: stop ?? (held.length > 0 ? approvalNeeded(held) : null),
        runId: null,
        createdAt: new Date(clock.now()).toISOString(),
      })
      if (stored === undefined) throw changedMeanwhile(task)
      draft.note({ details: { plan_id: stored.plan.id, updates: updates.length } })
      await draft.write(session)
      return toPlan(stored.plan)
    })
  })
}

function changedMeanwhile({ id, name }: SyncTaskRow): GitferryError {
  return new GitferryError(
    'VERSION_CONFLICT',
    `The task "${name}" was changed while it was planned; plan it again.`,
    { details: { id } },
  )
}
