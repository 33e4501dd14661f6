import type { PlanUpdate, SyncTaskRow } from '../contract/index.ts'

/** How the source's commit and the target's lie to each other; `null`: the target has no such ref. */
export interface Relation {
  /** Commits that the source has and the target lacks. */
  readonly ahead: number
  /** Commits that the target has and the source lacks. */
  readonly behind: number
}

export interface BranchPlanInput {
  readonly sourceRef: string
  readonly targetRef: string
  readonly sourceOid: string
  readonly targetOid: string | null
  /** Needed when both sides have the ref and differ. */
  readonly relation: Relation | null
  readonly onDiverge: SyncTaskRow['on_diverge']
}

const commits = (count: number) => (count === 1 ? '1 commit' : `${count} commits`)

/**
 * What a task in branch mode would do: nothing, or one update. A matching lease makes git accept a forced push,
 * so whether an update is a fast-forward is decided here, by ancestry, before anything is pushed.
 */
export function planBranch(input: BranchPlanInput): PlanUpdate[] {
  const { sourceRef, targetRef, sourceOid, targetOid, relation, onDiverge } = input
  if (sourceOid === targetOid) return []
  const update = {
    source_ref: sourceRef,
    target_ref: targetRef,
    old_oid: targetOid,
    new_oid: sourceOid,
    ahead: relation?.ahead ?? null,
    behind: relation?.behind ?? null,
  }
  if (targetOid === null) return [{ ...update, action: 'create', reason: 'the target has no such branch' }]
  if (relation === null) throw new TypeError('two different commits need their relation')
  if (relation.behind === 0) {
    return [{ ...update, action: 'fast-forward', reason: `${commits(relation.ahead)} to carry over` }]
  }
  const why =
    relation.ahead === 0
      ? `the target is ${commits(relation.behind)} ahead of the source`
      : `the target has ${commits(relation.behind)} that the source lacks, the source ${commits(relation.ahead)} that the target lacks`
  if (onDiverge === 'overwrite') return [{ ...update, action: 'force', reason: `overwrites: ${why}` }]
  if (onDiverge === 'skip') return [{ ...update, action: 'skip', reason: why }]
  return [{ ...update, action: 'conflict', reason: why }]
}

/** Whether an action of a plan moves a ref. */
export function movesRef(update: Pick<PlanUpdate, 'action'>): boolean {
  return update.action !== 'skip' && update.action !== 'conflict'
}
