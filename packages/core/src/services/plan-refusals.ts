import type { PlanRow, SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { MovedRef } from '../sync/moved-since.ts'
import type { SideRefs } from '../sync/plan-head.ts'
import type { TaskSides } from './resolve-sides.ts'
import { describe } from './side-access.ts'

/** A stored plan that is not true any more. */
export function planStale(moved: readonly MovedRef[]): GitferryError {
  const shown = moved
    .slice(0, 5)
    .map(({ side, ref, is, was }) => `${ref} of the ${side} is ${is ?? 'gone'}, was ${was ?? 'not there'}`)
  const more = moved.length > shown.length ? `; and ${moved.length - shown.length} more` : ''
  return new GitferryError(
    'PLAN_STALE',
    `The plan is not true any more, so nothing of it was applied: ${shown.join('; ')}${more}. Make a new plan.`,
    { details: { refs: moved.slice(0, 100).map((ref) => ({ ...ref })) } },
  )
}

/** A stored plan of a task that has other places by now: there even an absent ref would look as it did. */
export function planElsewhere({ id }: PlanRow, { name }: SyncTaskRow): GitferryError {
  return new GitferryError(
    'PLAN_STALE',
    `Plan ${id} was made when the task "${name}" had other repositories or another target, so nothing of it was applied. Make a new one.`,
    { details: { id, refs: [] } },
  )
}

/** A task of one branch has nothing to do without it. @throws BRANCH_NOT_FOUND */
export function refuseMissing(task: SyncTaskRow, { source }: TaskSides, { refs }: SideRefs): void {
  if (task.mode !== 'branch' || source.ref === null || refs.has(source.ref)) return
  throw new GitferryError(
    'BRANCH_NOT_FOUND',
    `The source ${describe(source)} does not exist; nothing was changed.`,
    { details: { field: 'source_branch', ref: source.ref, remote: source.remote } },
  )
}

/** A race between listing and fetching; planned anew it is no trouble. */
export function movedMeanwhile(ref: string): GitferryError {
  return new GitferryError(
    'VERSION_CONFLICT',
    `${ref} was rewritten while it was being read; nothing was changed.`,
    { details: { ref } },
  )
}
