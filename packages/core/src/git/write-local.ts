import { isGitferryError } from '../errors/index.ts'
import type { GitRunner, GitRunOptions } from './command.ts'
import { checkedOutBranches } from './commands/checked-out-branches.ts'
import { fetch } from './commands/fetch.ts'
import type { RefResult, RefUpdate } from './commands/push.ts'
import { updateRefs } from './commands/update-ref.ts'
import { listWorktrees } from './local/worktrees.ts'
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

export type WriteLocalOptions = Pick<GitRunOptions, 'signal' | 'timeoutMs' | 'stallTimeoutMs'>

/**
 * Writes refs into the registered repository itself, the target named `local`: the objects are fetched into it by
 * oid, then its refs are moved if they are what was expected. A push would run the hooks found there; this runs
 * nothing. A branch that a worktree stands on is not moved: its files would look reverted.
 *
 * Answers one result per update, in their order, as `pushRefs` does.
 * @throws REF_INVALID, INVALID_INPUT; GIT_FAILED, DISK_FULL, GIT_TIMEOUT, ABORTED
 */
export async function writeLocal(
  input: WriteLocalInput,
  options: WriteLocalOptions = {},
): Promise<RefResult[]> {
  const { runner, store, commonDir, updates, atomic = false } = input
  const run: GitRunOptions = { ...options, gitDir: commonDir }
  const checkedOut = await heldBranches(runner, commonDir, run)
  const isHeld = updates.some(({ ref }) => checkedOut.has(ref))
  const results = new Map<string, RefResult>()
  for (const { ref } of updates) {
    if (checkedOut.has(ref)) {
      results.set(ref, { ref, outcome: 'checked_out', reason: 'the branch is checked out in a worktree' })
    } else if (atomic && isHeld)
      results.set(ref, { ref, outcome: 'failed', reason: 'another ref of the push failed' })
  }
  const open = updates.filter(({ ref }) => !results.has(ref))
  const oids = [...new Set(open.flatMap(({ oid }) => oid ?? []))]
  if (oids.length > 0) {
    const refspecs = oids.map((source) => ({ source }))
    await runner.run(fetch({ url: fileUrl(store.path), protocol: 'file', refspecs }), run)
  }
  for (const result of await moveRefs(runner, open, atomic, run)) results.set(result.ref, result)
  return updates.flatMap(({ ref }) => results.get(ref) ?? [])
}

/** What a worktree stands on now, or will go back to when its rebase or bisect ends. */
async function heldBranches(runner: GitRunner, commonDir: string, run: GitRunOptions): Promise<Set<string>> {
  const [{ branches, isBare }, worktrees] = await Promise.all([
    runner.run(checkedOutBranches(), run),
    listWorktrees(commonDir, { runner, signal: run.signal }),
  ])
  const kept = worktrees.slice(isBare ? 1 : 0).flatMap((worktree) => worktree.branches)
  return new Set([...branches, ...kept.map((name) => `refs/heads/${name}`)])
}

/** One transaction for all; only when that fails, and each ref counts for itself, one for each. */
async function moveRefs(
  runner: GitRunner,
  updates: readonly RefUpdate[],
  atomic: boolean,
  run: GitRunOptions,
): Promise<RefResult[]> {
  if (updates.length === 0) return []
  const together = await moveTogether(runner, updates, run)
  if (together === 'updated') return updates.map(({ ref }) => ({ ref, outcome: 'updated', reason: '' }))
  if (updates.length === 1 || atomic) {
    return updates.map(({ ref }) => {
      const isCulprit = updates.length === 1 || together.ref === ref
      return isCulprit
        ? { ...together, ref }
        : { ref, outcome: 'failed', reason: 'another ref of the push failed' }
    })
  }
  const results: RefResult[] = []
  for (const update of updates) results.push(...(await moveRefs(runner, [update], atomic, run)))
  return results
}

type Refusal = Omit<RefResult, 'ref'> & { readonly ref: string | undefined }

async function moveTogether(
  runner: GitRunner,
  updates: readonly RefUpdate[],
  run: GitRunOptions,
): Promise<'updated' | Refusal> {
  try {
    const result = await runner.run(updateRefs(updates), run)
    return result.outcome === 'updated' ? 'updated' : result
  } catch (error) {
    if (!isGitferryError(error, 'GIT_FAILED')) throw error
    return { ref: undefined, outcome: 'failed', reason: error.message }
  }
}
