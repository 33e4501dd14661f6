import type { PlanAction } from '../contract/index.ts'

const moving = new Set<PlanAction>(['create', 'fast-forward', 'force', 'delete'])

/** Whether an action of a plan moves a ref. `head` does not: HEAD names a branch, and no push can carry it. */
export function movesRef({ action }: { readonly action: PlanAction }): boolean {
  return moving.has(action)
}
