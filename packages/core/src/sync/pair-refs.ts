import { problemWithFullRefName } from './full-ref-name.ts'
import type { RefSelection } from './ref-selection.ts'
import type { Relation } from './relation.ts'

/** A selected ref of the source and what it is called at the target. Names are full. */
export interface RefPair {
  readonly source_ref: string
  readonly target_ref: string
  readonly source_oid: string
  /** What the target has under this name; `null`: nothing. */
  readonly target_oid: string | null
}

/** A ref that both sides have, with different values. */
export interface DifferingPair extends RefPair {
  readonly target_oid: string
}

/** A ref of the target that the task covers and the source has not (any more). */
export interface Deletion {
  /** The name that it would have at the source. */
  readonly source_ref: string
  readonly target_ref: string
  readonly target_oid: string
}

/** A name at the target that no ref can get. */
export interface Unmappable {
  readonly source_refs: readonly string[]
  readonly target_ref: string
  readonly target_oid: string | null
  readonly reason: string
}

/** The refs of both sides, laid side by side. */
export interface Pairing {
  /** Selected refs of the source that the target lacks or has otherwise; what is in step is only counted. */
  readonly pairs: readonly RefPair[]
  /** What goes if the task prunes, and stays if it does not. */
  readonly deletions: readonly Deletion[]
  /** Two sources that would become one target, and names that a refspec makes and git does not allow. */
  readonly unmappable: readonly Unmappable[]
  /** Every ref that the target has, whether the task covers it or not. */
  readonly targetNames: ReadonlySet<string>
  /** Names at the target that the task covers, on whichever side there is a ref for them. */
  readonly total: number
  /** How many of them the target has. */
  readonly atTarget: number
  /** How many of them are the same on both sides. */
  readonly inStep: number
}

/** Lays the refs of both sides (full name → oid) side by side, as a selection maps their names. */
export function pairRefs(
  selection: Pick<RefSelection, 'targetOf' | 'sourceOf'>,
  sourceRefs: ReadonlyMap<string, string>,
  targetRefs: ReadonlyMap<string, string>,
): Pairing {
  const wanted = new Map<string, string[]>()
  for (const source of sourceRefs.keys()) {
    const target = selection.targetOf(source)
    if (target === null) continue
    const others = wanted.get(target)
    if (others === undefined) wanted.set(target, [source])
    else others.push(source)
  }
  const pairs: RefPair[] = []
  let inStep = 0
  const unmappable: Unmappable[] = []
  for (const [target_ref, source_refs] of wanted) {
    const target_oid = targetRefs.get(target_ref) ?? null
    const reason = whyUnmappable(target_ref, source_refs)
    const source_ref = source_refs[0]!
    const source_oid = sourceRefs.get(source_ref)!
    if (reason !== undefined) unmappable.push({ source_refs, target_ref, target_oid, reason })
    else if (source_oid === target_oid) inStep += 1
    else pairs.push({ source_ref, target_ref, source_oid, target_oid })
  }
  const deletions: Deletion[] = []
  for (const [target_ref, target_oid] of targetRefs) {
    const source_ref = wanted.has(target_ref) ? null : selection.sourceOf(target_ref)
    if (source_ref !== null) deletions.push({ source_ref, target_ref, target_oid })
  }
  const isThere = ({ target_oid }: { readonly target_oid: string | null }) => target_oid !== null
  return {
    pairs,
    deletions,
    unmappable,
    targetNames: new Set(targetRefs.keys()),
    total: inStep + pairs.length + unmappable.length + deletions.length,
    atTarget: inStep + [...pairs, ...unmappable].filter(isThere).length + deletions.length,
    inStep,
  }
}

function whyUnmappable(target: string, sources: readonly string[]): string | undefined {
  if (sources.length > 1) return `${sources.join(' and ')} would both become ${target}`
  const problem = problemWithFullRefName(target)
  return problem && `${sources[0]} would become ${JSON.stringify(target)}, but a ref's name ${problem}`
}

/**
 * The pairs of which a plan needs the `Relation`: branches that both sides have, with different commits. A tag is never
 * carried forward, so how its two values lie to each other does not matter.
 */
export function needsRelation(pairs: readonly RefPair[]): DifferingPair[] {
  return pairs.filter((pair): pair is DifferingPair => pair.target_oid !== null && isBranch(pair.target_ref))
}

/** What stands between the refs of a plan and the commits behind them: target ref → `Relation`. */
export type Relations = ReadonlyMap<string, Relation>

/** Whether a full name is a branch’s. */
export const isBranch = (ref: string): boolean => ref.startsWith('refs/heads/')
