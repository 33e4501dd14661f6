import type { PlanUpdate } from '../contract/index.ts'
import { counted } from './counted.ts'
import type { GuardStop } from './guards.ts'
import { movesRef } from './moves-ref.ts'
import { RefTree } from './ref-tree.ts'

export interface HeldUpdates {
  /** What waits until somebody approves it. */
  readonly held: readonly PlanUpdate[]
  /** What goes on without being asked about, and what moves nothing anyway. */
  readonly go: readonly PlanUpdate[]
}

/**
 * Splits the plan of a task with `require_approval`: what destroys something is held, that is forced updates and
 * deletions, and new refs for which only a held deletion makes room. Of an `atomic` task everything is held with them:
 * it goes all together or not at all.
 */
export function holdForApproval(
  updates: readonly PlanUpdate[],
  { atomic = false }: { readonly atomic?: boolean } = {},
): HeldUpdates {
  const kept = new RefTree(
    updates.filter(({ action }) => action === 'delete').map(({ target_ref }) => target_ref),
  )
  const destroys = ({ action }: PlanUpdate) => action === 'force' || action === 'delete'
  const needsRoom = ({ action, target_ref }: PlanUpdate) =>
    action === 'create' && kept.inTheWayOf(target_ref) !== undefined
  const holdsAll = atomic && updates.some(destroys)
  const isHeld = (update: PlanUpdate) => (holdsAll ? movesRef(update) : destroys(update) || needsRoom(update))
  return { held: updates.filter(isHeld), go: updates.filter((update) => !isHeld(update)) }
}

/** Why a plan waits, of what is held of it. */
export function approvalNeeded(held: readonly PlanUpdate[]): GuardStop {
  const number = (action: PlanUpdate['action']) => held.filter((update) => update.action === action).length
  const forced = number('force')
  const deleted = number('delete')
  const what = [
    ...(forced > 0 ? [counted(forced, 'forced update')] : []),
    ...(deleted > 0 ? [counted(deleted, 'deletion')] : []),
  ].join(' and ')
  return {
    code: 'APPROVAL_REQUIRED',
    message: `The task needs approval for ${what}. Look at the stored plan and apply it.`,
    details: { forced, deleted },
  }
}
