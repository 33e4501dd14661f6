import type { FailureClass, PlanUpdate, RunRef, RunRow, SyncTaskRow } from '../contract/index.ts'
import { type GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitRunner } from '../git/command.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import { pushRefs, type RefResult, type RefUpdate } from '../git/commands/push.ts'
import { type AtomicPush, pushPieces } from '../git/push-pieces.ts'
import { redact } from '../git/redact.ts'
import type { Store } from '../git/store.ts'
import { writeLocal } from '../git/write-local.ts'
import { abortError, throwIfAborted } from '../runtime/abort.ts'
import { classifyError } from '../sync/classify-error.ts'
import { movesRef } from '../sync/moves-ref.ts'
import { toRunRef } from '../sync/to-run-ref.ts'
import { carryLfs } from './carry-lfs.ts'
import { deadlines } from './deadlines.ts'
import type { KeptValues } from './kept-values.ts'
import { moveHead } from './move-head.ts'
import { type OpenSide, type OpenSideContext, openSide } from './open-side.ts'
import type { PlanProgress } from './plan-progress.ts'
import type { Side, TaskSides } from './resolve-sides.ts'
import { rulesOfTarget } from './rules-of-target.ts'
import { describe, isLocal, longestList } from './side-access.ts'
import { headUnlessProtected, unlessProtected } from './unless-protected.ts'
import { allFailed, mayHaveLanded, type Written, whatLanded } from './what-landed.ts'

/** What is to be carried out, where to, and the store that has its objects. */
export interface ApplicablePlan {
  readonly sides: Pick<TaskSides, 'source' | 'target'>
  readonly updates: readonly PlanUpdate[]
  readonly store: Store | undefined
  /** What the target has now, by full name. */
  readonly target: ReadonlyMap<string, string>
  /** Whether it comes from the source; what is restored was at the target before. */
  readonly readsSource: boolean
}

/** What became of every ref of a plan; `error`: what cut the push off. */
export interface Applied {
  readonly refs: RunRef[]
  readonly error: GitferryError | undefined
}

export interface ApplyOptions {
  readonly signal: AbortSignal
  readonly progress: PlanProgress
  readonly atomic: AtomicPush
  /** Called where it is left open what came of the push: it had begun, and the target could not be asked. */
  readonly onDoubt?: () => void
}

/**
 * Carries out a plan: one push, in pieces only where a command line would grow too long, every ref with the old value
 * that the plan saw. A ref that moved meanwhile is left as it is.
 */
export class PlanApplier {
  readonly #runner: GitRunner
  readonly #kept: Pick<KeptValues, 'keep'>
  readonly #context: OpenSideContext

  constructor(context: OpenSideContext & { readonly kept: Pick<KeptValues, 'keep'> }) {
    this.#runner = context.runner
    this.#kept = context.kept
    this.#context = context
  }

  /**
   * What became of every ref of the plan. Once the push has begun nothing is thrown: what cut it off is `error`, beside
   * what is known of each ref.
   * @throws what `openSide` and `carryLfs` throw, STORE_FAILED, DISK_FULL, ABORTED: then the target was not touched
   */
  async apply(run: RunRow, task: SyncTaskRow, plan: ApplicablePlan, options: ApplyOptions): Promise<Applied> {
    const { sides, store, updates } = plan
    const rules = await rulesOfTarget(sides.target, this.#context)
    const { open: moving, refused } = unlessProtected(updates.filter(movesRef), rules, options.atomic)
    const results = new Map<string, RefResult>(refused.map((result) => [result.ref, result]))
    let error: GitferryError | undefined
    if (moving.length > 0) {
      if (store === undefined) throw new TypeError('a plan that moves refs has a store')
      await this.#keep(run, task, sides, store, moving, options.signal)
      if (plan.readsSource) await this.#carryLfs(task, plan, store, moving, options)
      options.progress.phase('pushing')
      options.progress.log(`pushing to ${describe(sides.target)}${counted(moving.length)}`)
      const written = await this.#push(task, store, sides.target, moving.map(toPush), options)
      for (const result of written.results) results.set(result.ref, result)
      error = written.error
    }
    const head = updates.find(({ action }) => action === 'head')
    const headKept = head && headUnlessProtected(head, rules)
    if (headKept) results.set('HEAD', headKept)
    else if (head) {
      const moved = await moveHead(head, sides.target, results, {
        runner: this.#runner,
        timeoutMs: task.timeout_ms,
        signal: options.signal,
      })
      results.set('HEAD', moved.result)
      error ??= moved.error
    }
    return { refs: updates.map((update) => toRunRef(update, results.get(update.target_ref))), error }
  }

  /** An old value that is about to be overwritten or deleted is kept, apart from the store. */
  async #keep(
    run: RunRow,
    task: SyncTaskRow,
    { source, target }: Pick<TaskSides, 'source' | 'target'>,
    store: Store,
    updates: readonly PlanUpdate[],
    signal: AbortSignal,
  ): Promise<void> {
    const place = { repo: source.repo, target_repo_id: target.repo.id, target_remote: target.remote }
    await this.#kept.keep(run, task, place, store, updates, { signal })
  }

  /** The files of a ref go before it: without them it would be a broken promise. */
  async #carryLfs(
    task: SyncTaskRow,
    { sides: { source, target }, target: known }: ApplicablePlan,
    store: Store,
    updates: readonly PlanUpdate[],
    { progress, signal }: ApplyOptions,
  ): Promise<void> {
    const push = updates.flatMap(({ new_oid }) => new_oid ?? [])
    if (push.length === 0) return
    const exclude = [...new Set(known.values())]
    const { objects } = await carryLfs({ store, source, target, push, exclude }, this.#context, {
      ...deadlines(task),
      signal,
      onProgress: (step) => progress.phase('pushing', step),
      onFound: (pointers) => progress.log(`carrying ${pointers.length} LFS objects before the refs`),
    })
    if (objects > 0) progress.log(`carried ${objects} LFS objects`)
  }

  async #push(
    task: SyncTaskRow,
    store: Store,
    side: Side,
    updates: readonly RefUpdate[],
    options: ApplyOptions,
  ): Promise<Written> {
    const { signal } = options
    const refs = updates.map(({ ref }) => ref)
    await using target = await openSide(side, this.#context, { signal, refs })
    throwIfAborted(signal)
    const { atomic, pieces } = pushPieces(updates, options.atomic)
    if (isLocal(side)) {
      const input = { runner: this.#runner, store, commonDir: side.repo.common_dir, updates, atomic }
      return this.#looking(target, task, updates, options, side, () =>
        writeLocal(input, { ...deadlines(task), signal }),
      )
    }
    const results: RefResult[] = []
    for (const [index, piece] of pieces.entries()) {
      const written = await this.#looking(target, task, piece, options, side, () =>
        this.#pushTo(target, task, store, piece, { ...options, isAtomic: atomic }),
      )
      results.push(...written.results)
      const rest = pieces.slice(index + 1).flat()
      const error = written.error ?? (signal.aborted && rest.length > 0 ? abortError(signal) : undefined)
      if (error === undefined) continue
      results.push(...allFailed(rest, `not tried: ${error.message}`, classifyUntried(error)))
      return { results, error }
    }
    return { results }
  }

  /** Writes, and where that breaks off lets the target itself say what landed. */
  async #looking(
    target: OpenSide,
    task: SyncTaskRow,
    updates: readonly RefUpdate[],
    { onDoubt, signal }: ApplyOptions,
    side: Side,
    write: () => Promise<readonly RefResult[]>,
  ): Promise<Written> {
    try {
      return { results: await write() }
    } catch (error) {
      if (!isGitferryError(error)) throw error
      if (!(mayHaveLanded(error) || signal.aborted)) {
        return { results: allFailed(updates, error.message, classifyError(error)), error }
      }
      // a stop waits for nobody elsewhere; the next start asks
      const isLate = signal.reason === 'drained' && !isLocal(side)
      const found = isLate ? undefined : await this.#lookAgain(task, target, updates, signal)
      if (found !== undefined) {
        const results = whatLanded(updates, found, error, { isLocal: isLocal(side) })
        // whole after all: nothing was cut off
        return results.every(({ outcome }) => outcome === 'updated') ? { results } : { results, error }
      }
      onDoubt?.()
      const reason = `${error.message} Whether it landed is not known.`
      return { results: allFailed(updates, reason, 'network'), error }
    }
  }

  async #pushTo(
    target: OpenSide,
    task: SyncTaskRow,
    store: Store,
    updates: readonly RefUpdate[],
    { atomic, isAtomic, progress, signal }: ApplyOptions & { readonly isAtomic: boolean },
  ): Promise<readonly RefResult[]> {
    const { protocol, url } = target
    const push = (all: boolean) =>
      target.run(pushRefs({ url, protocol, updates, atomic: all && updates.length > 1, progress: true }), {
        ...deadlines(task),
        gitDir: store.path,
        signal,
        onProgress: (step) => progress.phase('pushing', step),
      })
    const results = await push(isAtomic).catch((error: unknown) => {
      const isUnable = isGitferryError(error, 'GIT_REJECTED') && error.details.reason === 'atomic_unsupported'
      if (!isUnable || atomic !== 'where possible') throw error
      progress.log('the target cannot take all or none; each ref goes by its lease')
      return push(false)
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
    const late = signal.aborted ? AbortSignal.timeout(lastLookMs) : signal
    const look = { ...deadlines(task), maxOutputBytes: longestList, signal: late }
    return run(lsRemote({ url, protocol, refs }), look).catch(() => undefined)
  }
}

/** What is known of a ref that was not tried any more: the target has not heard of it. */
const classifyUntried = (error: GitferryError): FailureClass => {
  const kind = classifyError(error)
  return kind === 'network' ? 'local' : kind
}

/** How long a run that is out of time, or canceled, may still ask what became of its push. */
const lastLookMs = 10_000

const counted = (refs: number) => (refs === 1 ? '' : `, ${refs} refs`)

function toPush({ target_ref, new_oid, old_oid }: PlanUpdate): RefUpdate {
  return { ref: target_ref, oid: new_oid, expected: old_oid }
}
