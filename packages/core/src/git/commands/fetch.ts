import type { GitCommand, GitProtocol } from '../command.ts'
import { isOid, requireFullRef, requireRefPattern } from '../full-ref.ts'

/** What to fetch and which of our own refs to set to it. */
export interface FetchRefspec {
  /** A full ref name, a pattern with one `*`, or an oid. */
  readonly source: string
  /** A full ref name or pattern of ours; unset: the objects alone. */
  readonly target?: string
}

/** A ref of the remote that a pattern beside it must not bring. */
export interface ExcludedRefspec {
  /** A full name. */
  readonly excluded: string
}

export interface FetchInput {
  readonly url: string
  readonly protocol: GitProtocol
  readonly refspecs: readonly (FetchRefspec | ExcludedRefspec)[]
  readonly progress?: boolean | undefined
}

// The targets are our own tracking refs, which follow the remote wherever it goes: hence the `+`.
const written = (refspec: FetchRefspec | ExcludedRefspec): string => {
  if ('excluded' in refspec) return `^${requireFullRef(refspec.excluded)}`
  const { source, target } = refspec
  const from = isOid(source) ? source : requireRefPattern(source)
  return target === undefined ? from : `+${from}:${requireRefPattern(target)}`
}

/**
 * Fetches objects and sets tracking refs to them; nothing else in the repository changes. Refspecs travel by
 * stdin, so their number is not bound by the length of a command line; but git’s time for full names grows with
 * the square of their number (3,000 take seconds): `fetchRefspecs` says when a pattern is faster. A tracking ref that
 * stands in the way of another (`a` and `a/b`, `refsInTheWay`) must be deleted before.
 * @throws REF_INVALID; GIT_FAILED with `details.reason` `object_missing` when a source is gone
 */
export const fetch = ({ url, protocol, refspecs, progress = false }: FetchInput): GitCommand<void> => ({
  args: [
    'fetch',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-recurse-submodules',
    '--no-show-forced-updates',
    progress ? '--progress' : '--quiet',
    // A configured remote whose name is this very URL could otherwise name a program of its own.
    '--upload-pack=git-upload-pack',
    '--stdin',
    '--end-of-options',
    url,
  ],
  stdin: refspecs.map((refspec) => `${written(refspec)}\n`).join(''),
  protocol,
  parse() {},
})
