import { NulFields } from './nul-fields.ts'

/** A commit in the history of a directory. */
export interface WalkedCommit {
  readonly oid: string
  /** In git’s order; such as did not concern the directory are left out. */
  readonly parents: readonly string[]
  /**
   * Which children of the directory are not what they were in a parent (of a first commit, by `''`: which are there).
   * A parent that is not in it: none. Names are bytes, one a character.
   */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>
}

const firstLine = /^commit ([0-9a-f]{40,64})((?: [0-9a-f]{40,64})*)(?: \(from ([0-9a-f]{40,64})\))?$/
const letter = /\n([A-Z])$/
/** A name is no longer on any file system; git alone knows no limit. */
const longestField = 64 * 1024

/**
 * Reads what `walkDirectory` prints, as it comes. Hands on a commit when all is known of it, which is when the next one
 * begins.
 */
export class DirectoryWalkReader {
  readonly #prefix: number
  readonly #fields: NulFields
  readonly #wants: (oid: string) => boolean
  readonly #onCommit: (commit: WalkedCommit) => void
  #oid = ''
  #parents: readonly string[] = []
  #changed = new Map<string, Set<string>>()
  /** Children that the current comparison tells of; `undefined`: nobody wants them. */
  #names: Set<string> | undefined
  #expects: 'commit' | 'path' | 'letter' = 'commit'

  /** `wants`: whether the changes of a commit are of interest; those of others are not kept. */
  constructor({
    directory,
    wants = () => true,
    onCommit,
  }: {
    readonly directory: string
    readonly wants?: (oid: string) => boolean
    readonly onCommit: (commit: WalkedCommit) => void
  }) {
    this.#prefix = directory === '' ? 0 : Buffer.byteLength(directory) + 1
    this.#wants = wants
    this.#onCommit = onCommit
    this.#fields = new NulFields({ maxBytes: longestField, onField: (field) => this.#read(field) })
  }

  push(chunk: Buffer): void {
    this.#fields.push(chunk)
  }

  end(): void {
    this.#fields.end()
    this.#handOn()
  }

  #read(field: Buffer): void {
    if (this.#expects === 'path') {
      this.#names?.add(this.#childOf(field))
      this.#expects = 'letter'
    } else if (this.#expects === 'letter' && field.length === 1) this.#expects = 'path'
    // an empty field ends the files of one comparison
    else if (field.length === 0) this.#expects = 'commit'
    else if (this.#expects === 'commit') this.#begin(field.toString('latin1'))
    else throw new Error('a letter and a path were expected')
  }

  #begin(text: string): void {
    const end = text.indexOf('\n')
    const match = firstLine.exec(end === -1 ? text : text.slice(0, end))
    if (!match) throw new Error('a commit was expected')
    const [, oid = '', parents = '', from] = match
    if (oid !== this.#oid) {
      this.#handOn()
      this.#oid = oid
      this.#parents = parents === '' ? [] : parents.slice(1).split(' ')
      this.#changed = new Map()
    }
    if (!letter.test(text)) return
    this.#expects = 'path'
    this.#names = this.#wants(oid) ? new Set() : undefined
    if (this.#names) this.#changed.set(from ?? this.#parents[0] ?? '', this.#names)
  }

  #handOn(): void {
    if (this.#oid === '') return
    const commit = { oid: this.#oid, parents: this.#parents, changed: this.#changed }
    this.#oid = ''
    this.#onCommit(commit)
  }

  /** The directory itself is no child: where it was a file, or a submodule, before. */
  #childOf(path: Buffer): string {
    if (path.length < this.#prefix) return ''
    const end = path.indexOf('/', this.#prefix)
    return path.toString('latin1', this.#prefix, end === -1 ? undefined : end)
  }
}
