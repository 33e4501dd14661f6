import type { PlanUpdate } from '../contract/index.ts'
import type { SideRefs } from './plan-head.ts'
import type { RefSelection } from './ref-selection.ts'

/** A ref that is not any more what a plan saw; `null`: not there. */
export interface MovedRef {
  readonly side: 'source' | 'target'
  readonly ref: string
  readonly was: string | null
  readonly is: string | null
}

/** What moved after a plan was made, of what it names. `source` undefined: the plan reads none. */
export function movedSince(
  updates: readonly PlanUpdate[],
  {
    source,
    target,
    selection,
  }: {
    readonly source: SideRefs | undefined
    readonly target: SideRefs
    readonly selection: Pick<RefSelection, 'sourceOf'>
  },
): MovedRef[] {
  return updates.flatMap((update) => [
    ...(source === undefined ? [] : movedSource(update, source, selection)),
    ...movedTarget(update, target),
  ])
}

function movedTarget({ action, old_head, old_oid, target_ref }: PlanUpdate, target: SideRefs): MovedRef[] {
  const was = action === 'head' ? (old_head ?? null) : old_oid
  const is = action === 'head' ? target.head : (target.refs.get(target_ref) ?? null)
  return was === is ? [] : [{ side: 'target', ref: target_ref, was, is }]
}

function movedSource(
  { action, new_oid, source_ref, target_ref }: PlanUpdate,
  source: SideRefs,
  selection: Pick<RefSelection, 'sourceOf'>,
): MovedRef[] {
  if (action === 'head') return []
  // a deletion names no source: it was made because the source has none
  const ref = source_ref ?? selection.sourceOf(target_ref)
  if (ref === null) return []
  const is = source.refs.get(ref) ?? null
  return is === new_oid ? [] : [{ side: 'source', ref, was: new_oid, is }]
}
