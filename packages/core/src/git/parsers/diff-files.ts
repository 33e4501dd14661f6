import type { ChangedFile } from '../../contract/content.ts'
import { NulFields } from './nul-fields.ts'

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type_changed',
}

const change = /^:\d{6} \d{6} [0-9a-f]+ [0-9a-f]+ ([A-Z])\d*$/
const lines = /^(\d+|-)\t(\d+|-)\t(.*)$/s
const longestField = 64 * 1024

/** Reads what `diffTrees` prints, as it comes. Counts every file, and keeps so many. */
export class DiffReader {
  readonly #most: number
  readonly #files: ChangedFile[] = []
  readonly #fields = new NulFields({ maxBytes: longestField, onField: (field) => this.#read(field) })
  #total = 0
  /** Of how many the lines have been read. */
  #counted = 0
  /** Paths that still belong to what was begun. */
  #awaited: 0 | 1 | 2 = 0
  #begun: { readonly status: ChangedFile['status']; readonly paths: string[] } | undefined

  constructor({ most }: { readonly most: number }) {
    this.#most = most
  }

  push(chunk: Buffer): void {
    this.#fields.push(chunk)
  }

  end(): { readonly files: ChangedFile[]; readonly total: number } {
    this.#fields.end()
    return { files: this.#files, total: this.#total }
  }

  #read(field: Buffer): void {
    const text = field.toString('utf8')
    if (this.#awaited > 0) this.#path(text)
    else if (text.startsWith(':')) this.#begin(text)
    else this.#count(text)
  }

  #begin(text: string): void {
    const letter = change.exec(text)?.[1] ?? ''
    const status = statuses[letter]
    if (status === undefined) throw new Error(`a change of an unknown kind: "${letter}"`)
    this.#begun = { status, paths: [] }
    this.#awaited = status === 'renamed' ? 2 : 1
  }

  #path(text: string): void {
    this.#awaited = this.#awaited === 2 ? 1 : 0
    // without `#begun` the paths belong to counts of lines, and are known from before
    this.#begun?.paths.push(text)
    if (this.#awaited > 0 || this.#begun === undefined) return
    const { status, paths } = this.#begun
    this.#begun = undefined
    this.#total += 1
    if (this.#files.length === this.#most) return
    this.#files.push({
      path: paths.at(-1)!,
      previous_path: paths.length === 2 ? paths[0]! : null,
      status,
      additions: null,
      deletions: null,
      is_binary: false,
    })
  }

  /** git tells the lines in the order of the changes. */
  #count(text: string): void {
    const match = lines.exec(text)
    if (!match) throw new Error('lines were expected')
    const [, added = '', deleted = '', path] = match
    if (path === '') this.#awaited = 2
    const file = this.#files[this.#counted]
    this.#counted += 1
    if (file === undefined) return
    const is_binary = added === '-'
    this.#files[this.#counted - 1] = {
      ...file,
      additions: is_binary ? null : Number(added),
      deletions: is_binary ? null : Number(deleted),
      is_binary,
    }
  }
}
