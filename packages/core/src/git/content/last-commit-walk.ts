import type { WalkedCommit } from '../parsers/directory-walk.ts'

/**
 * Finds for each child of a directory the commit that `git log -1 -- path` finds, in one walk. Pure.
 *
 * Why one pointer a child is enough: for a single path git simplifies history to a line. At a commit, if the path is the
 * same in some parent, git goes on to the first such parent and to no other; if it is the same in none, the commit is
 * the answer. So each child has a place where its search stands, and the walk moves on those that stand at the commit
 * it comes by.
 */
export class LastCommitWalk {
  /** Commit → the children whose search stands there. */
  readonly #standing = new Map<string, string[]>()
  readonly #found = new Map<string, string>()
  #waiting: readonly string[]
  #open: number

  /** `names`: as `WalkedCommit` has them. */
  constructor(names: readonly string[]) {
    this.#waiting = names
    this.#open = names.length
  }

  /** Whether nothing is left to be found. */
  get isDone(): boolean {
    return this.#open === 0
  }

  /** Child → oid of its last commit; a child that was not found yet, or never will be, is not in it. */
  get found(): ReadonlyMap<string, string> {
    return this.#found
  }

  /** Whether some search stands at a commit. */
  standsAt(oid: string): boolean {
    return this.#waiting.length > 0 || this.#standing.has(oid)
  }

  /** To be called with the commits of the directory’s history, the newest first. */
  visit({ oid, parents, changed }: WalkedCommit): void {
    // whatever lies between where the search began and the first commit of all did not touch the directory
    const names = this.#waiting.length > 0 ? this.#waiting : this.#standing.get(oid)
    if (names === undefined) return
    this.#waiting = []
    this.#standing.delete(oid)
    for (const name of names) {
      const same = parents.find((parent) => !changed.get(parent)?.has(name))
      if (same !== undefined) this.#moveTo(same, name)
      else {
        this.#open -= 1
        if (parents.length > 0 || changed.get('')?.has(name)) this.#found.set(name, oid)
      }
    }
  }

  #moveTo(oid: string, name: string): void {
    const names = this.#standing.get(oid)
    if (names) names.push(name)
    else this.#standing.set(oid, [name])
  }
}
