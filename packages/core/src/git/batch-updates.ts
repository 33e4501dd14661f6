import { GitferryError } from '../errors/index.ts'
import type { RefUpdate } from './commands/push.ts'
import { refsInTheWay } from './refs-in-the-way.ts'

/**
 * How many bytes the updates of one push may take on its command line. Linux gives arguments and environment a quarter
 * of the stack's limit, 2 MiB with the usual one of 8 MiB (execve(2)), macOS 1 MiB (`ARG_MAX`): this is half of the
 * smaller, and leaves the rest to the environment, the URL and the options. A single argument may take 128 KiB on Linux
 * (`MAX_ARG_STRLEN`, 32 pages); the longest one here holds one ref of at most 4,000 characters.
 */
export const pushArgumentBytes = 512 * 1024

/** Bytes that one argument takes beside its text: the NUL at its end, and its pointer in argv. */
const perArgument = 1 + 8
const leaseOption = '--force-with-lease=:'.length
const colon = 1

/** What `pushRefs` writes for one update: its lease and its refspec. */
const argumentBytes = ({ ref, oid, expected }: RefUpdate): number =>
  2 * (Buffer.byteLength(ref) + perArgument) +
  leaseOption +
  (expected?.length ?? 0) +
  colon +
  (oid?.length ?? 0)

export interface BatchOptions {
  /** All or none. Default false. */
  readonly atomic?: boolean | undefined
  /** Default: `pushArgumentBytes`. */
  readonly maxBytes?: number | undefined
}

/**
 * Cuts updates into pushes, none of which passes the limit of a command line; each is for one `pushRefs`, in this order.
 * Deletes that make room for another name (`a` goes, `a/b` comes) have pushes of their own before all others: a server
 * that makes a push one transaction could not carry out both at once. Otherwise the order stays. No update: no push.
 * @throws UNSUPPORTED when `atomic` and one push cannot hold all: `details.reason` `too_many_refs`, or `ref_clash`
 */
export function batchUpdates(
  updates: readonly RefUpdate[],
  { atomic = false, maxBytes = pushArgumentBytes }: BatchOptions = {},
): RefUpdate[][] {
  const { clearing, others } = clearingDeletes(updates, { atomic })
  const batches = [...cut(clearing, maxBytes), ...cut(others, maxBytes)]
  if (!atomic || batches.length <= 1) return batches
  throw new GitferryError(
    'UNSUPPORTED',
    `atomic: ${updates.length} refs do not fit into one push (a command line holds so much), and several pushes are not atomic. Narrow the refs, or switch atomic off.`,
    { details: { field: 'atomic', reason: 'too_many_refs', refs: updates.length, pushes: batches.length } },
  )
}

export interface ClearingDeletes {
  readonly clearing: readonly RefUpdate[]
  readonly others: readonly RefUpdate[]
}

/**
 * Parts the deletes that make room for another update from the rest: they must be done before, for git cannot do both
 * in one transaction.
 * @throws UNSUPPORTED (`details.reason` `ref_clash`) when `atomic` and there are any
 */
export function clearingDeletes(
  updates: readonly RefUpdate[],
  { atomic = false }: { readonly atomic?: boolean | undefined } = {},
): ClearingDeletes {
  const isDelete = ({ oid }: RefUpdate): boolean => oid === null
  const made = updates.filter((update) => !isDelete(update)).map(({ ref }) => ref)
  const deleted = updates.filter(isDelete).map(({ ref }) => ref)
  const inTheWay = new Set(refsInTheWay(made, deleted))
  const clearing = updates.filter(({ ref }) => inTheWay.has(ref))
  if (!atomic || clearing.length === 0) {
    return { clearing, others: updates.filter(({ ref }) => !inTheWay.has(ref)) }
  }
  throw new GitferryError(
    'UNSUPPORTED',
    `atomic: ${JSON.stringify(clearing[0]?.ref)} has to go before another ref can take its place, and git cannot do both in one transaction. Switch atomic off, or delete it first.`,
    { details: { field: 'atomic', reason: 'ref_clash', ref: clearing[0]?.ref } },
  )
}

function cut(updates: readonly RefUpdate[], maxBytes: number): RefUpdate[][] {
  const batches: RefUpdate[][] = []
  let room = 0
  for (const update of updates) {
    const bytes = argumentBytes(update)
    const batch = bytes <= room ? batches.at(-1) : undefined
    if (batch) batch.push(update)
    else batches.push([update])
    room = (batch ? room : maxBytes) - bytes
  }
  return batches
}
