import type { DifferingPair } from './pair-refs.ts'
import type { Relation } from './relation.ts'

/** Steps from commit to parent in all: a fraction of a second. */
const defaultMaxSteps = 10_000_000

/**
 * Decides the fast-forwards among many pairs from one list of commits, so that not every pair needs a process of
 * its own. `commits`: every commit that a source oid of the pairs reaches and no target oid reaches, with its parents.
 *
 * A walk from a pair’s source through those commits ends where the target oids begin. When all of these ends are the
 * pair’s own target, then what was walked is exactly what the target lacks, and the target lies behind it. Of every
 * other pair nothing is said, nor of those left when `maxSteps` are used up.
 */
export function walkCommits(
  commits: ReadonlyMap<string, readonly string[]>,
  pairs: readonly Pick<DifferingPair, 'target_ref' | 'source_oid' | 'target_oid'>[],
  { maxSteps = defaultMaxSteps }: { readonly maxSteps?: number } = {},
): Map<string, Relation> {
  const numbers = new Map<string, number>()
  const numberOf = (oid: string): number => {
    const known = numbers.get(oid)
    if (known !== undefined) return known
    numbers.set(oid, numbers.size)
    return numbers.size - 1
  }
  /** By number; a commit without an entry lies beyond the list. */
  const parents: (readonly number[] | undefined)[] = []
  for (const [oid, parentOids] of commits) parents[numberOf(oid)] = parentOids.map(numberOf)
  /** By number: the last pair whose walk came by. */
  const visitedBy = new Int32Array(numbers.size).fill(-1)

  let steps = 0
  /** How many commits a walk passes whose every end is `end`; `undefined` when there is another end, or none. */
  const walk = (pair: number, start: number, end: number): number | undefined => {
    const open = [start]
    let passed = 0
    let reachedEnd = false
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const next = parents[at]
      if (next === undefined) {
        if (at !== end) return undefined
        reachedEnd = true
        continue
      }
      passed += 1
      steps += next.length + 1
      if (steps > maxSteps) return undefined
      for (const parent of next) {
        if (visitedBy[parent] === pair) continue
        visitedBy[parent] = pair
        open.push(parent)
      }
    }
    return reachedEnd ? passed : undefined
  }

  const relations = new Map<string, Relation>()
  pairs.forEach(({ target_ref, source_oid, target_oid }, pair) => {
    const start = numbers.get(source_oid)
    const end = numbers.get(target_oid)
    if (start === undefined || end === undefined || steps > maxSteps) return
    const ahead = walk(pair, start, end)
    if (ahead !== undefined) relations.set(target_ref, { ahead, behind: 0, related: true })
  })
  return relations
}
