import type { PlanUpdate, SyncTaskRow } from '../contract/index.ts'
import { counted } from './counted.ts'
import {
  type Deletion,
  isBranch,
  type Pairing,
  type RefPair,
  type Relations,
  type Unmappable,
} from './pair-refs.ts'
import { RefTree } from './ref-tree.ts'
import type { Relation } from './relation.ts'

/** The fields of a task that say what may happen to refs. */
export type PlanPolicy = Pick<SyncTaskRow, 'on_diverge' | 'prune' | 'atomic'>

export interface PlanRefsInput {
  readonly pairing: Pairing
  /** Of every pair that `needsRelation` names. */
  readonly relations: Relations
  readonly policy: PlanPolicy
  /** Full name at the target of the branch that comes first, so that HEAD soon names something. Default: none does. */
  readonly defaultBranch?: string | null | undefined
}

/**
 * What a task would do now, in the order of the names at the target. Refs that are in step are left out, and so is what
 * only the target has, unless `prune` says to delete it.
 *
 * A matching lease makes git accept a forced push, so whether an update is a fast-forward is decided here, by
 * ancestry, before anything is pushed.
 */
export function planRefs({ pairing, relations, policy, defaultBranch }: PlanRefsInput): PlanUpdate[] {
  const changed = pairing.pairs.map((pair) =>
    planPair(pair, relations.get(pair.target_ref), policy.on_diverge),
  )
  const deletions = policy.prune ? pairing.deletions.map(deletion) : []
  const updates = [...changed, ...deletions, ...pairing.unmappable.map(unmapped)].sort(byName(defaultBranch))
  return withoutClashes(updates, pairing.targetNames, policy)
}

function planPair(
  { source_ref, target_ref, source_oid, target_oid }: RefPair,
  relation: Relation | undefined,
  onDiverge: PlanPolicy['on_diverge'],
): PlanUpdate {
  const update = {
    source_ref,
    target_ref,
    old_oid: target_oid,
    new_oid: source_oid,
    ahead: relation?.ahead ?? null,
    behind: relation?.behind ?? null,
  }
  const kind = isBranch(target_ref) ? 'branch' : 'tag'
  if (target_oid === null) return { ...update, action: 'create', reason: `the target has no such ${kind}` }
  if (kind === 'branch' && relation === undefined) {
    throw new TypeError(`two different commits need their relation: ${target_ref}`)
  }
  // a tag is not expected to move, not even forward
  const forward = kind === 'branch' && relation?.behind === 0
  if (forward) {
    return { ...update, action: 'fast-forward', reason: `${counted(relation.ahead, 'commit')} to carry over` }
  }
  const why = relation === undefined ? 'the tag at the target points elsewhere' : whyDiverged(relation)
  if (onDiverge === 'overwrite') return { ...update, action: 'force', reason: `overwrites: ${why}` }
  return { ...update, action: onDiverge === 'skip' ? 'skip' : 'conflict', reason: why }
}

function whyDiverged({ ahead, behind }: Relation): string {
  const more = counted(behind, 'commit')
  if (ahead === 0) return `the target is ${more} ahead of the source`
  return `the target has ${more} that the source lacks, the source ${counted(ahead, 'commit')} that the target lacks`
}

function deletion({ source_ref, target_ref, target_oid }: Deletion): PlanUpdate {
  const kind = isBranch(target_ref) ? 'branch' : 'tag'
  return {
    source_ref: null,
    target_ref,
    old_oid: target_oid,
    new_oid: null,
    ahead: null,
    behind: null,
    action: 'delete',
    reason: `the source has no ${source_ref === target_ref ? `such ${kind}` : source_ref}`,
  }
}

function unmapped({ source_refs, target_ref, target_oid, reason }: Unmappable): PlanUpdate {
  return {
    source_ref: source_refs.length === 1 ? source_refs[0]! : null,
    target_ref,
    old_oid: target_oid,
    new_oid: null,
    ahead: null,
    behind: null,
    action: 'conflict',
    reason,
  }
}

/**
 * A new ref for which there is no room is a conflict: beside one that stays, or another new one. A deletion makes
 * room, but not within one transaction, which is what an atomic push is (measured: git 2.39 refuses both).
 */
function withoutClashes(
  updates: readonly PlanUpdate[],
  targetNames: ReadonlySet<string>,
  { atomic }: PlanPolicy,
): PlanUpdate[] {
  const leaving = new Set(
    updates.filter(({ action }) => action === 'delete').map(({ target_ref }) => target_ref),
  )
  const taken = new RefTree([...targetNames].filter((name) => atomic || !leaving.has(name)))
  return updates.map((update) => {
    if (update.action !== 'create') return update
    const other = taken.inTheWayOf(update.target_ref)
    if (other === undefined) {
      taken.add(update.target_ref)
      return update
    }
    const reason = leaving.has(other)
      ? `no room beside ${other}, which cannot be deleted in the same atomic push`
      : `no room beside ${other}: a ref cannot stand below another`
    return { ...update, action: 'conflict', reason }
  })
}

/** By code units, so that the order is the same everywhere. */
const byName = (first: string | null | undefined) => (one: PlanUpdate, other: PlanUpdate) => {
  if (one.target_ref === other.target_ref) return 0
  if (one.target_ref === first) return -1
  if (other.target_ref === first) return 1
  return one.target_ref < other.target_ref ? -1 : 1
}
