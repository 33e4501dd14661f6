import type { PlanUpdate } from '../contract/index.ts'
import type { RefSelection } from './ref-selection.ts'

/** A list of refs, and the branch that HEAD names; `null`: it names none, or was not asked for. */
export interface SideRefs {
  readonly refs: ReadonlyMap<string, string>
  readonly head: string | null
}

/**
 * What `follow_head` would do: the target's HEAD is to name the branch that the source's HEAD became there. Nothing
 * where the source's HEAD names no branch that the task carries, or one that the target has not and does not get.
 */
export function planHead(
  selection: RefSelection,
  source: SideRefs,
  target: SideRefs,
  updates: readonly PlanUpdate[],
): PlanUpdate[] {
  const wanted = source.head === null ? null : selection.targetOf(source.head)
  if (wanted === null || wanted === target.head) return []
  const planned = updates.find(({ target_ref }) => target_ref === wanted)
  const willExist =
    planned === undefined
      ? target.refs.has(wanted)
      : planned.action !== 'delete' && (planned.old_oid !== null || planned.action === 'create')
  if (!willExist) return []
  return [
    {
      action: 'head',
      source_ref: wanted,
      target_ref: 'HEAD',
      old_oid: null,
      new_oid: null,
      ahead: null,
      behind: null,
      reason: target.head === null ? 'HEAD names no branch' : `HEAD names ${target.head}`,
      old_head: target.head,
    },
  ]
}
