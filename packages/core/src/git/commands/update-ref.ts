import type { GitCommand } from '../command.ts'
import { requireFullRef, requireOid } from '../full-ref.ts'
import { classifyFailure } from '../parsers/failure.ts'
import type { RefUpdate } from './push.ts'

/** `stale`: a ref was not what it had to be, `ref` says which where git does; nothing was changed. */
export type UpdateRefsResult =
  | { readonly outcome: 'updated' }
  | { readonly outcome: 'stale'; readonly ref: string | undefined; readonly reason: string }

const stale =
  /cannot lock ref '([^']*)': ((?:is at [0-9a-f]+ but expected [0-9a-f]+|reference already exists|unable to resolve reference|reference is missing)[^\n]*)/

const zero = (oid: string): string => '0'.repeat(oid.length)

function instruction({ ref, oid, expected }: RefUpdate): string {
  const name = requireFullRef(ref)
  if (oid === null) return `delete ${name}\0${expected === null ? '' : requireOid(expected)}\0`
  return `update ${name}\0${requireOid(oid)}\0${expected === null ? zero(oid) : requireOid(expected)}\0`
}

/**
 * Changes refs of the repository itself in one transaction: all or none, each only if it is what `expected` says.
 * Symbolic refs are not followed. A delete without `expected` deletes whatever is there.
 * @throws REF_INVALID, INVALID_INPUT; GIT_FAILED (`details.reason` `locked` when somebody else is at it)
 */
export const updateRefs = (updates: readonly RefUpdate[]): GitCommand<UpdateRefsResult> => ({
  args: ['update-ref', '--no-deref', '--stdin', '-z'],
  stdin: updates.map(instruction).join(''),
  exitCodes: [1, 128],
  parse({ exitCode, stderr }) {
    if (exitCode === 0) return { outcome: 'updated' }
    const match = stale.exec(stderr)
    if (!match) throw classifyFailure({ verb: 'update-ref', exitCode, stderr })
    return { outcome: 'stale', ref: match[1], reason: match[2] ?? '' }
  },
})
