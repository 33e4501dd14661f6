import {
  localRemote,
  type PlanUpdate,
  type RunRef,
  type RunRow,
  type SyncTaskRow,
} from '../contract/index.ts'
import { type ErrorCode, type GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitRunner } from '../git/command.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import { pushRefs, type RefResult, type RefUpdate } from '../git/commands/push.ts'
import { updateRefs } from '../git/commands/update-ref.ts'
import { redact } from '../git/redact.ts'
import type { Store } from '../git/store.ts'
import { writeLocal } from '../git/write-local.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { movesRef } from '../sync/plan-branch.ts'
import { toRunRef } from '../sync/to-run-ref.ts'
import { type OpenSide, type OpenSideContext, openSide } from './open-side.ts'
import type { Side } from './resolve-sides.ts'
import { deadlines, describe, type PlanProgress, type PreparedPlan } from './sync-planner.ts'

interface ApplyOptions {
  readonly signal: AbortSignal
  readonly progress: PlanProgress
  /** Called before an error that leaves open what came of the push: it had begun, and the target could not be asked. */
  readonly onDoubt?: () => void
}

/**
 * Carries out a plan: one push, every ref with the old value that the plan saw. A ref that moved meanwhile is
 * left as it is.
 */
export class PlanApplier {
  readonly #runner: GitRunner
  readonly #context: OpenSideContext

  constructor(context: OpenSideContext) {
    this.#runner = context.runner
    this.#context = context
  }

  /**
   * What became of every ref of the plan.
   * @throws what `openSide` throws, GIT_* when the target cannot be reached at all, ABORTED
   */
  async apply(run: RunRow, task: SyncTaskRow, plan: PreparedPlan, options: ApplyOptions): Promise<RunRef[]> {
    const { sides, store, updates } = plan
    if (store === undefined) throw new TypeError('a plan with updates has a store')
    const moving = updates.filter(movesRef)
    await this.#keepOverwritten(run, store, moving, options.signal)
    options.progress.phase('pushing')
    options.progress.log(`pushing to ${describe(sides.target)}`)
    const results = await this.#push(task, store, sides.target, moving.map(toPush), options)
    const byRef = new Map(results.map((result) => [result.ref, result]))
    return updates.map((update) => toRunRef(update, byRef.get(update.target_ref)))
  }

  /** An old value that is about to be overwritten stays reachable in the store. */
  async #keepOverwritten(
    run: RunRow,
    store: Store,
    moving: readonly PlanUpdate[],
    signal: AbortSignal,
  ): Promise<void> {
    const kept = moving.flatMap(({ action, old_oid, target_ref }) => {
      if (old_oid === null || (action !== 'force' && action !== 'delete')) return []
      // with the oid in its name, a ref that exists already keeps this very value
      const name = `${run.id}/${old_oid}/${target_ref.replace(/^refs\//, '')}`
      return [{ ref: `refs/gitferry/kept/${name}`, oid: old_oid, expected: null }]
    })
    if (kept.length === 0) return
    await this.#runner.run(updateRefs(kept), { gitDir: store.path, signal })
  }

  async #push(
    task: SyncTaskRow,
    store: Store,
    side: Side,
    updates: readonly RefUpdate[],
    options: ApplyOptions,
  ): Promise<readonly RefResult[]> {
    const { signal } = options
    await using target = await openSide(side, this.#context, { signal })
    throwIfAborted(signal)
    const isLocal = side.remote === localRemote
    try {
      if (!isLocal) return await this.#pushTo(target, task, store, updates, options)
      const commonDir = side.repo.common_dir
      const input = { runner: this.#runner, store, commonDir, updates }
      return await writeLocal(input, { ...deadlines(task), signal })
    } catch (error) {
      if (!isGitferryError(error) || !(mayHaveLanded(error) || signal.aborted)) throw error
      // a stop waits for nobody elsewhere; the next start asks
      const isLate = signal.reason === 'drained' && !isLocal
      const found = isLate ? undefined : await this.#lookAgain(task, target, updates, signal)
      if (found !== undefined) return whatLanded(updates, found, error)
      options.onDoubt?.()
      throw error
    }
  }

  async #pushTo(
    target: OpenSide,
    task: SyncTaskRow,
    store: Store,
    updates: readonly RefUpdate[],
    { progress, signal }: ApplyOptions,
  ): Promise<readonly RefResult[]> {
    const { protocol, url } = target
    const results = await target.run(pushRefs({ url, protocol, updates, progress: true }), {
      ...deadlines(task),
      gitDir: store.path,
      signal,
      onProgress: (step) => progress.phase('pushing', step),
    })
    return results.map((result) => ({ ...result, reason: redact(result.reason, target.secrets) }))
  }

  /** What the target has now; `undefined`: it could not be asked. */
  async #lookAgain(
    task: SyncTaskRow,
    { protocol, run, url }: OpenSide,
    updates: readonly RefUpdate[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const refs = updates.map(({ ref }) => ref)
    const look = { ...deadlines(task), signal: signal.aborted ? AbortSignal.timeout(lastLookMs) : signal }
    return run(lsRemote({ url, protocol, refs }), look).catch(() => undefined)
  }
}

/**
 * What broke off after the target took it looks like a failure: the target itself decides.
 * @throws `error` where nothing landed
 */
function whatLanded(
  updates: readonly RefUpdate[],
  found: ReadonlyMap<string, string>,
  error: GitferryError,
): RefResult[] {
  const hasLanded = ({ ref, oid }: RefUpdate) => (found.get(ref) ?? null) === oid
  if (!updates.some(hasLanded)) throw error
  return updates.map((update) =>
    hasLanded(update)
      ? { ref: update.ref, outcome: 'updated', reason: 'the push broke off after the target took it' }
      : { ref: update.ref, outcome: 'failed', reason: error.message },
  )
}

/** How long a run that is out of time, or canceled, may still ask what became of its push. */
const lastLookMs = 10_000

const uncertain = new Set<ErrorCode>([
  ...(['GIT_UNREACHABLE', 'GIT_STALLED', 'GIT_TIMEOUT', 'GIT_FAILED', 'GIT_OUTPUT_TOO_LARGE'] as const),
  // what is noted after a push, such as the last use of its key
  ...(['STORAGE_FAILED', 'DISK_FULL'] as const),
])

const mayHaveLanded = (error: GitferryError) => uncertain.has(error.code)

function toPush({ target_ref, new_oid, old_oid }: PlanUpdate): RefUpdate {
  return { ref: target_ref, oid: new_oid, expected: old_oid }
}
