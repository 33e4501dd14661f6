import type { PlanUpdate, RunRef, SyncTaskRow } from '../contract/index.ts'
import { toRunRef } from './to-run-ref.ts'

/** What a plan leaves as it is. */
export const isLeft = ({ action }: PlanUpdate): boolean => action === 'skip' || action === 'conflict'

/**
 * Of an atomic task nothing goes where one ref cannot: a conflict, or one that is `held` for approval. `updates`: what is
 * to be tried; `blocked`: what is not, and why.
 */
export function unlessBlocked(
  updates: readonly PlanUpdate[],
  { atomic }: Pick<SyncTaskRow, 'atomic'>,
  held?: PlanUpdate,
): { readonly updates: readonly PlanUpdate[]; readonly blocked: readonly RunRef[] } {
  const blocker = held ?? updates.find(({ action }) => action === 'conflict')
  if (!atomic || blocker === undefined) return { updates, blocked: [] }
  const reason = `the task is atomic, and ${blocker.target_ref} stays as it is`
  const blocked = updates
    .filter((update) => !isLeft(update))
    .map((update) => toRunRef(update, { outcome: 'failed', reason, failure_class: 'policy' }))
  return { updates: updates.filter(isLeft), blocked }
}
