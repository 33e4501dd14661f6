import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/** Who a commit names, and when. */
export interface Signature {
  /** As `personName` leaves it. */
  readonly name: string
  /** As `personName` leaves it. */
  readonly email: string
  /** Whole seconds since 1970; told in UTC. */
  readonly seconds: number
}

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  /** Ends with a line feed. */
  readonly message: string
}

const identity = (role: 'AUTHOR' | 'COMMITTER', { name, email, seconds }: Signature) => ({
  [`GIT_${role}_NAME`]: name,
  [`GIT_${role}_EMAIL`]: email,
  [`GIT_${role}_DATE`]: `@${seconds} +0000`,
})

/** Stores a commit, unsigned and in UTF-8, and answers its oid. */
export const commitTree = ({ tree, parents, author, committer, message }: NewCommit): GitCommand<string> => ({
  args: [
    'commit-tree',
    '--no-gpg-sign',
    ...parents.flatMap((oid) => ['-p', requireOid(oid)]),
    requireOid(tree),
  ],
  env: { ...identity('AUTHOR', author), ...identity('COMMITTER', committer) },
  settings: [['i18n.commitEncoding', 'UTF-8']],
  stdin: message,
  parse: ({ stdout }) => stdout.toString('latin1').trimEnd(),
})
