import type { RefResult, RefUpdate } from './commands/push.ts'
import { refsInTheWay } from './refs-in-the-way.ts'

/** What a repository has before its refs are moved. */
export interface RefsNow {
  /** Branches that a worktree stands on. Full names. */
  readonly checkedOut: ReadonlySet<string>
  /** Every ref: full name → oid. */
  readonly current: ReadonlyMap<string, string>
  /** Whether one that cannot be moved holds up all. */
  readonly atomic: boolean
}

/** What is said of a ref of an atomic change because of another one. */
export const heldUp = (ref: string, { failure_class }: Pick<RefResult, 'failure_class'>): RefResult => ({
  ref,
  outcome: 'failed',
  reason: 'another ref of the push failed',
  failure_class,
})

/**
 * The updates that cannot be made, as far as can be seen before: checked out, not what was expected, or another ref in
 * the way. So thousands of others can go in one transaction, which a single stale one would undo.
 */
export function findUnmovable(
  updates: readonly RefUpdate[],
  { checkedOut, current, atomic }: RefsNow,
): Map<string, RefResult> {
  const results = new Map<string, RefResult>()
  for (const update of updates) {
    const result = standing(update, checkedOut, current)
    if (result) results.set(update.ref, result)
  }
  const open = updates.filter(({ ref }) => !results.has(ref))
  const going = new Set(open.filter(({ oid }) => oid === null).map(({ ref }) => ref))
  const staying = [...current.keys()].filter((ref) => !going.has(ref))
  const made = open.filter(({ oid }) => oid !== null).map(({ ref }) => ref)
  for (const blocker of refsInTheWay(made, staying)) {
    for (const ref of refsInTheWay([blocker], made)) {
      results.set(ref, clash(ref, blocker))
    }
  }
  const culprit = [...results.values()].find(({ failure_class }) => failure_class !== null)
  if (!atomic || culprit === undefined) return results
  return new Map(updates.map(({ ref }) => [ref, results.get(ref) ?? heldUp(ref, culprit)]))
}

function standing(
  { ref, oid, expected }: RefUpdate,
  checkedOut: RefsNow['checkedOut'],
  current: RefsNow['current'],
): RefResult | undefined {
  const now = current.get(ref) ?? null
  if (checkedOut.has(ref)) {
    const reason = 'the branch is checked out in a worktree'
    return { ref, outcome: 'checked_out', reason, failure_class: 'policy' }
  }
  if (now === expected) return undefined
  if (now === oid && oid !== null) return { ref, outcome: 'in_step', reason: '', failure_class: null }
  const reason = now === null ? 'the ref is gone' : `is at ${now} but expected ${expected ?? 'nothing'}`
  return { ref, outcome: 'stale', reason, failure_class: 'race' }
}

const clash = (ref: string, blocker: string): RefResult => ({
  ref,
  outcome: 'rejected',
  reason: `${blocker} stands in the way: a ref cannot be a folder of another`,
  failure_class: 'policy',
})
