import type { GitCommand } from '../command.ts'
import { isFullRef } from '../full-ref.ts'
import { type LsRemoteInput, lsRemote } from './ls-remote.ts'

/** What a remote has, and what its HEAD names. */
export interface RemoteRefs {
  /** Full name → oid, as `lsRemote` answers it. */
  readonly refs: Map<string, string>
  /** The full name of the branch that HEAD names; null when it is detached, names no branch that is there, or none is told. */
  readonly head: string | null
}

/**
 * Lists refs of a remote together with the branch that its HEAD names, in one connection. Servers cannot filter for
 * HEAD, so every ref travels: only for who follows HEAD.
 * @throws what `lsRemote` throws
 */
export function lsRemoteHead(input: Omit<LsRemoteInput, 'withHead'>): GitCommand<RemoteRefs> {
  const listing = lsRemote({ ...input, withHead: true })
  const [verb = '', ...rest] = listing.args
  return {
    ...listing,
    args: [verb, '--symref', ...rest],
    parse(output) {
      const lines = output.stdout.toString('utf8').split('\n')
      const isSymbolic = (line: string): boolean => line.startsWith('ref: ')
      const stdout = Buffer.from(lines.filter((line) => !isSymbolic(line)).join('\n'))
      const refs = listing.parse({ ...output, stdout })
      refs.delete('HEAD')
      const named = lines.map((line) => /^ref: (refs\/heads\/.+)\tHEAD$/.exec(line)?.[1]).find(Boolean)
      return { refs, head: named !== undefined && isFullRef(named) ? named : null }
    },
  }
}
