import type { Commit } from '../../contract/content.ts'
import { NulFields } from './nul-fields.ts'

/** For `--format`, with `-z`; to be read by a `CommitReader`. */
export const commitFormat = '%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B'
const fieldsOfCommit = 9

/** Of a message, in UTF-16 units. A unit is at most four bytes. */
const longestMessage = 65_536

/** Reads commits as git prints them by `commitFormat`. However long a message is, no more than its beginning is held. */
export class CommitReader {
  readonly #commits: Commit[] = []
  #fields: string[] = []
  readonly #stream = new NulFields({
    maxBytes: 4 * longestMessage,
    onField: (field) => this.#read(field.toString('utf8')),
  })

  push(chunk: Buffer): void {
    this.#stream.push(chunk)
  }

  /** @throws Error when the last commit is not whole */
  take(): Commit[] {
    this.#stream.end()
    if (this.#fields.length > 0) throw new Error('half a commit')
    return this.#commits
  }

  #read(field: string): void {
    this.#fields.push(field)
    if (this.#fields.length < fieldsOfCommit) return
    this.#commits.push(toCommit(this.#fields))
    this.#fields = []
  }
}

function toCommit(fields: readonly string[]): Commit {
  const [oid = '', parents = '', author = '', authorEmail = '', authoredAt = ''] = fields
  const [committer = '', committerEmail = '', committedAt = '', message = ''] = fields.slice(5)
  return {
    oid,
    parents: parents === '' ? [] : parents.split(' '),
    message: cut(message).replace(/\n+$/, ''),
    author_name: author,
    author_email: authorEmail,
    authored_at: commitTime(authoredAt),
    committer_name: committer,
    committer_email: committerEmail,
    committed_at: commitTime(committedAt),
  }
}

function cut(message: string): string {
  const kept = message.slice(0, longestMessage)
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}

/** Seconds since 1970 as RFC 3339 in UTC, to the second; `null`: that is no time. */
export function commitTime(seconds: string): string | null {
  const date = new Date(/^-?\d+$/.test(seconds) ? Number(seconds) * 1_000 : Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z')
}
