/** How one commit lies to another. `ancestor`: the other came after it; `unrelated`: no commit is in both histories. */
export type Kinship = 'same' | 'ancestor' | 'descendant' | 'diverged' | 'unrelated'

/** Commits of a drawn history. */
export const commitCount = 24
/** Annotated tags of a drawn history. */
export const tagCount = 4

/** A history that a seed names: two roots, long branches, merges, four annotated tags. Commits are numbers. */
export class Ancestry {
  /** A parent’s number is below its child’s. */
  readonly parents: readonly (readonly number[])[]
  /** Which commit each annotated tag is of. */
  readonly tagged: readonly number[]
  readonly #pasts: readonly ReadonlySet<number>[]

  constructor(seed: number) {
    const random = numbers(seed)
    const below = (limit: number) => Math.floor(random.next().value * limit)
    const parents: number[][] = [[], []]
    while (parents.length < commitCount) {
      const first = below(parents.length)
      const second = below(parents.length)
      parents.push(below(4) === 0 && second !== first ? [first, second] : [first])
    }
    this.parents = parents
    this.tagged = Array.from({ length: tagCount }, () => below(commitCount))
    const pasts: Set<number>[] = []
    for (const [commit, from] of parents.entries()) {
      pasts.push(new Set([commit, ...from.flatMap((parent) => [...pasts[parent]!])]))
    }
    this.#pasts = pasts
  }

  /** What can be reached from a commit, itself included. */
  past(commit: number): ReadonlySet<number> {
    return this.#pasts[commit]!
  }

  kinship(one: number, other: number): Kinship {
    if (one === other) return 'same'
    if (this.past(other).has(one)) return 'ancestor'
    if (this.past(one).has(other)) return 'descendant'
    return this.past(one).isDisjointFrom(this.past(other)) ? 'unrelated' : 'diverged'
  }
}

/** A small generator of numbers, so that a seed names a history (Numerical Recipes' LCG). */
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed >>> 0; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}
