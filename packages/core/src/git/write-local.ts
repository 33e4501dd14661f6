import { throwIfAborted } from '../runtime/abort.ts'
import { clearingDeletes } from './batch-updates.ts'
import type { GitRunner, GitRunOptions } from './command.ts'
import { fetch } from './commands/fetch.ts'
import { forEachRef } from './commands/for-each-ref.ts'
import type { RefResult, RefUpdate } from './commands/push.ts'
import { findUnmovable } from './find-unmovable.ts'
import { heldBranches } from './held-branches.ts'
import { lateSignal } from './late-signal.ts'
import { withoutHooks } from './local/hooks-off.ts'
import { moveRefs } from './move-refs.ts'
import { fileUrl } from './remote-url.ts'

export interface WriteLocalInput {
  readonly runner: GitRunner
  /** The store that has the objects. */
  readonly store: { readonly path: string }
  /** The git directory of the user’s repository that holds objects and refs. */
  readonly commonDir: string
  readonly updates: readonly RefUpdate[]
  /** All or none. Default: each ref on its own. */
  readonly atomic?: boolean | undefined
}

/** Refs are moved in milliseconds; who gives up meanwhile still hears what came of them, unless git hangs. In ms. */
const moveGraceMs = 2_000

export type WriteLocalOptions = Pick<GitRunOptions, 'signal' | 'timeoutMs' | 'stallTimeoutMs'>

/**
 * Writes refs into the registered repository itself, the target named `local`: the objects are fetched into it by
 * oid, then its refs are moved if they are what was expected. A push would run the hooks found there; this runs
 * nothing. A branch that a worktree stands on is not moved: its files would look reverted.
 *
 * Answers one result per update, in their order, as `pushRefs` does. An abort is heeded until the first ref is about to
 * move: what it leaves behind then is objects that no ref names, which does no harm. From there on the work
 * is ended (a millisecond or two for each ref, which is flushed to the disk), so that the results are always known.
 * @throws REF_INVALID, INVALID_INPUT; UNSUPPORTED (`atomic` with a delete that makes room for another ref); GIT_FAILED,
 *   DISK_FULL, GIT_TIMEOUT, ABORTED
 */
export async function writeLocal(
  input: WriteLocalInput,
  options: WriteLocalOptions = {},
): Promise<RefResult[]> {
  const { runner, store, commonDir, updates, atomic = false } = input
  if (updates.length === 0) return []
  clearingDeletes(updates, { atomic })
  const run: GitRunOptions = { ...options, gitDir: commonDir }
  const [checkedOut, current, hooksOff] = await Promise.all([
    heldBranches(runner, commonDir, run),
    runner.run(forEachRef(), run),
    withoutHooks(commonDir, runner),
  ])
  const results = findUnmovable(updates, { checkedOut, current, atomic })
  const open = updates.filter(({ ref }) => !results.has(ref))
  const oids = [...new Set(open.flatMap(({ oid }) => oid ?? []))]
  if (oids.length > 0) {
    const refspecs = oids.map((source) => ({ source }))
    const command = fetch({ url: fileUrl(store.path), protocol: 'file', refspecs })
    await runner.run({ ...command, settings: hooksOff }, run)
  }
  throwIfAborted(options.signal)
  const { timeoutMs } = options
  using late = lateSignal(options.signal, moveGraceMs)
  const settled = { runner, gitDir: commonDir, settings: hooksOff, timeoutMs, atomic, signal: late.signal }
  for (const result of await moveRefs(open, settled)) results.set(result.ref, result)
  return updates.flatMap(({ ref }) => results.get(ref) ?? [])
}
