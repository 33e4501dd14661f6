import { GitferryError } from '../../errors/index.ts'
import type { GitCommand, GitProtocol } from '../command.ts'
import { parseRefList } from '../parsers/ref-list.ts'

export interface LsRemoteInput {
  readonly url: string
  readonly protocol: GitProtocol
  /** Only `refs/heads/*`, or with `tags` these as well: the server filters. */
  readonly heads?: boolean | undefined
  /** Only `refs/tags/*`, or with `heads` these as well: the server filters. */
  readonly tags?: boolean | undefined
  /** Only these full names; where they allow it, the server filters by their namespace. */
  readonly refs?: readonly string[] | undefined
  /** `HEAD` as well, its oid. Servers cannot filter for it, so every ref travels. What it names: `lsRemoteHead`. */
  readonly withHead?: boolean | undefined
}

/**
 * Lists the refs of a remote: full name → oid, an annotated tag with its own oid. Flags stand before the URL:
 * after it they would be patterns, which the server does not see.
 *
 * An empty repository answers an empty map. A web page that is no repository would do so too over http (git
 * takes it for the old "dumb" protocol), so an empty list counts only where git spoke its protocol.
 * @throws GIT_REMOTE_NOT_FOUND when the answer is not a git server’s
 */
export function lsRemote(input: LsRemoteInput): GitCommand<Map<string, string>> {
  const { url, protocol, refs, withHead = false } = input
  // Refs of other namespaces can only be had by asking for all.
  const areFilterable = refs?.every((ref) => /^refs\/(?:heads|tags)\//.test(ref)) ?? false
  const mentions = (prefix: string): boolean => areFilterable && refs!.some((ref) => ref.startsWith(prefix))
  const isUnset = input.heads === undefined && input.tags === undefined
  const heads = isUnset ? mentions('refs/heads/') : (input.heads ?? false)
  const tags = isUnset ? mentions('refs/tags/') : (input.tags ?? false)
  const isHttp = protocol === 'https' || protocol === 'http'
  const wanted = refs && new Set(refs)
  const isWanted = (name: string): boolean => {
    if (name === 'HEAD') return withHead
    if (wanted !== undefined) return wanted.has(name)
    return (
      (!heads && !tags) ||
      (heads && name.startsWith('refs/heads/')) ||
      (tags && name.startsWith('refs/tags/'))
    )
  }
  return {
    args: [
      'ls-remote',
      ...(heads && !withHead ? ['--heads'] : []),
      ...(tags && !withHead ? ['--tags'] : []),
      '--end-of-options',
      url,
    ],
    protocol,
    exactOutput: true,
    // Some lines of JSON on stderr; among them the version of the protocol, if the two sides spoke one.
    ...(isHttp ? { env: { GIT_TRACE2_EVENT: '2' } } : {}),
    parse({ stdout, stderr }) {
      const found = parseRefList(stdout, '\t')
      if (isHttp && found.size === 0 && !stderr.includes('"negotiated-version"')) {
        throw new GitferryError(
          'GIT_REMOTE_NOT_FOUND',
          'Something answers at the URL, but not as a git server does. Check the URL.',
        )
      }
      return new Map([...found].filter(([name]) => isWanted(name)))
    },
  }
}
