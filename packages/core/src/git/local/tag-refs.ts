import { GitferryError } from '../../errors/index.ts'
import type { ListedRef } from './commands/list-refs.ts'
import { refInTheWay } from './room-for-ref.ts'

const tags = 'refs/tags/'

/** The full ref of a tag. */
export const tagRef = (name: string): string => tags + name

/** The tags of one repository at one moment. */
export class TagRefs {
  readonly #oids: ReadonlyMap<string, string>

  constructor(refs: readonly ListedRef[]) {
    const own = refs.filter(({ ref }) => ref.startsWith(tags))
    this.#oids = new Map(own.map(({ ref, oid }) => [ref, oid]))
  }

  /** All names, in git's order. They are cut from full refs, never guessed. */
  names(): string[] {
    return [...this.#oids.keys()].map((ref) => ref.slice(tags.length))
  }

  oid(name: string): string | undefined {
    return this.#oids.get(tagRef(name))
  }

  /** @throws TAG_EXISTS when the tag is there, or one that leaves no room for it */
  checkRoomFor(name: string): void {
    if (this.oid(name) !== undefined) {
      throw new GitferryError('TAG_EXISTS', `name: the tag "${name}" exists already.`, {
        details: { field: 'name', tag: name },
      })
    }
    const other = refInTheWay(tagRef(name), this.#oids.keys())?.slice(tags.length)
    if (other === undefined) return
    throw new GitferryError(
      'TAG_EXISTS',
      `name: there is no room for "${name}" beside the tag "${other}": git keeps refs like files in folders.`,
      { details: { field: 'name', tag: other } },
    )
  }
}

/** `TAG_NOT_FOUND`. */
export const tagNotFound = (tag: string, message = `There is no tag "${tag}".`): GitferryError =>
  new GitferryError('TAG_NOT_FOUND', message, { details: { field: 'tag', tag } })
