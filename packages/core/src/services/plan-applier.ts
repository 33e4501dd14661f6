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
import { movesRef } from '../sync/plan-branch.ts'
import { toRunRef } from '../sync/to-run-ref.ts'
import { type OpenSide, type OpenSideContext, openSide } from './open-side.ts'
import type { Side } from './resolve-sides.ts'
import { deadlines, describe, type PlanProgress, type PreparedPlan } from './sync-planner.ts'

interface ApplyOptions {
  readonly signal: AbortSignal
  readonly progress: PlanProgress
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
    { progress, signal }: ApplyOptions,
  ): Promise<readonly RefResult[]> {
    await using target = await openSide(side, this.#context, { signal })
    if (side.remote === localRemote) {
      const commonDir = side.repo.common_dir
      return await writeLocal(
        { runner: this.#runner, store, commonDir, updates },
        { ...deadlines(task), signal },
      )
    }
    const { protocol, url } = target
    try {
      const results = await target.run(pushRefs({ url, protocol, updates, progress: true }), {
        ...deadlines(task),
        gitDir: store.path,
        signal,
        onProgress: (step) => progress.phase('pushing', step),
      })
      return results.map((result) => ({ ...result, reason: redact(result.reason, target.secrets) }))
    } catch (error) {
      const isCutOff = isGitferryError(signal.reason, 'GIT_TIMEOUT') || signal.reason === 'canceled'
      if (!isGitferryError(error) || !(mayHaveLanded(error) || isCutOff)) throw error
      return await this.#askTarget(
        task,
        target,
        updates,
        error,
        isCutOff ? AbortSignal.timeout(lastLookMs) : signal,
      )
    }
  }

  /** What broke off after the target took the push looks like a failure: the target itself decides. */
  async #askTarget(
    task: SyncTaskRow,
    target: OpenSide,
    updates: readonly RefUpdate[],
    error: GitferryError,
    signal: AbortSignal,
  ): Promise<readonly RefResult[]> {
    const { protocol, url } = target
    const refs = updates.map(({ ref }) => ref)
    const found = await target
      .run(lsRemote({ url, protocol, refs }), { ...deadlines(task), signal })
      .catch(() => {
        throw error
      })
    if (!updates.some(({ ref, oid }) => (found.get(ref) ?? null) === oid)) throw error
    return updates.map(({ ref, oid }) =>
      (found.get(ref) ?? null) === oid
        ? { ref, outcome: 'updated', reason: 'the push broke off after the target took it' }
        : { ref, outcome: 'failed', reason: error.message },
    )
  }
}

/** How long a run that is out of time, or canceled, may still ask what became of its push. */
const lastLookMs = 10_000

const uncertain = new Set<ErrorCode>(['GIT_UNREACHABLE', 'GIT_STALLED', 'GIT_TIMEOUT', 'GIT_FAILED'])

const mayHaveLanded = (error: GitferryError) => uncertain.has(error.code)

function toPush({ target_ref, new_oid, old_oid }: PlanUpdate): RefUpdate {
  return { ref: target_ref, oid: new_oid, expected: old_oid }
}
