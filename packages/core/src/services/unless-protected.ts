import type { PlanUpdate } from '../contract/index.ts'
import type { RefResult } from '../git/commands/push.ts'
import { heldUp } from '../git/find-unmovable.ts'
import type { AtomicPush } from '../git/push-pieces.ts'
import { headRefusal, type PushRule } from '../protection/index.ts'
import { type RefChange, refusalOfChange } from './protected-refs.ts'

const doing: Partial<Readonly<Record<PlanUpdate['action'], RefChange['does']>>> = {
  create: 'create',
  'fast-forward': 'update',
  force: 'force',
  delete: 'delete',
}

/**
 * Of the updates of a plan those that the protected refs of the target leave open, and what becomes of the others. What
 * goes all or none does not go without them. Pure.
 */
export function unlessProtected(
  updates: readonly PlanUpdate[],
  rules: readonly PushRule[],
  atomic: AtomicPush,
): { readonly open: readonly PlanUpdate[]; readonly refused: readonly RefResult[] } {
  const refused = updates.flatMap(({ action, target_ref: ref }): RefResult[] => {
    const does = doing[action]
    const reason = does && refusalOfChange({ ref, does }, rules)
    return reason === undefined ? [] : [protectedRef(ref, reason)]
  })
  const [culprit] = refused
  if (culprit === undefined) return { open: updates, refused }
  const named = new Set(refused.map(({ ref }) => ref))
  const rest = updates.filter(({ target_ref }) => !named.has(target_ref))
  if (atomic === 'never') return { open: rest, refused }
  return { open: [], refused: [...refused, ...rest.map(({ target_ref }) => heldUp(target_ref, culprit))] }
}

/**
 * What becomes of HEAD, which decides what everybody sees who clones: where the branch that it names now is protected
 * from whoever moves it, HEAD stays on it. `undefined`: nothing is in the way. Pure.
 */
export function headUnlessProtected(
  { old_head = null }: Pick<PlanUpdate, 'old_head'>,
  rules: readonly PushRule[],
): RefResult | undefined {
  const reason = headRefusal(old_head, rules)
  return reason === undefined ? undefined : protectedRef('HEAD', reason)
}

const protectedRef = (ref: string, reason: string): RefResult => ({
  ref,
  outcome: 'protected',
  reason,
  failure_class: 'policy',
})
