import type { CallOptions, PlanUpdate, RunPhase, SyncTaskRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitProgress, GitRunner, GitRunOptions } from '../git/command.ts'
import { compareCommits } from '../git/commands/compare-commits.ts'
import { fetch } from '../git/commands/fetch.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import type { Store, Stores } from '../git/store.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import { planBranch, type Relation } from '../sync/plan-branch.ts'
import { clearTracking } from './clear-tracking.ts'
import type { ServiceContext } from './context.ts'
import { type OpenSideContext, openSide } from './open-side.ts'
import type { ImportContext } from './reimport-remotes.ts'
import { resolveTaskSides, type Side, type TaskSides } from './resolve-sides.ts'
import { sideBySide } from './side-by-side.ts'

/** What planning tells while it goes on. */
export interface PlanProgress {
  phase(phase: RunPhase, progress?: GitProgress): void
  log(text: string): void
}

export interface PlanOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: PlanProgress
}

/** A plan, and what carrying it out needs. */
export interface PreparedPlan {
  readonly sides: TaskSides
  readonly updates: readonly PlanUpdate[]
  /** What the source has. */
  readonly oid: string
  /** `undefined` when both sides were in step, so that no store was needed. */
  readonly store: Store | undefined
}

const silent: PlanProgress = { phase() {}, log() {} }

/**
 * Finds out what a task would do: lists both sides in parallel, and only where they differ fetches what differs
 * into the store and asks how the commits lie to each other.
 */
export class SyncPlanner {
  readonly #runner: GitRunner
  readonly #stores: Stores
  readonly #lock: KeyedLock
  readonly #context: ImportContext & OpenSideContext

  constructor(context: ImportContext & OpenSideContext & Pick<ServiceContext, 'stores' | 'lock'>) {
    this.#context = context
    this.#runner = context.runner
    this.#stores = context.stores
    this.#lock = context.lock
  }

  /** As `plan`, while no run works in the same store. */
  planAlone(task: SyncTaskRow, options: PlanOptions = {}): Promise<PreparedPlan> {
    return this.#lock.hold(`repo:${task.repo_id}`, () => this.plan(task, options), options)
  }

  /** @throws what `resolveTaskSides` throws, BRANCH_NOT_FOUND, GIT_*, ABORTED */
  async plan(task: SyncTaskRow, { signal, progress = silent }: PlanOptions = {}): Promise<PreparedPlan> {
    const sides = await resolveTaskSides(task, { ...this.#context, signal })
    const { source, target } = sides
    progress.phase('listing')
    progress.log(`listing ${describe(source)} and ${describe(target)}`)
    const [sourceOid, targetOid] = await sideBySide(
      [source, target],
      (side, options) => this.#readRef(side, task, options),
      { signal },
    )
    if (sourceOid === null) {
      throw new GitferryError(
        'BRANCH_NOT_FOUND',
        `The source ${describe(source)} does not exist; nothing was changed.`,
        { details: { field: 'source_branch', ref: source.ref, remote: source.remote } },
      )
    }
    if (sourceOid === targetOid) return { sides, updates: [], oid: sourceOid, store: undefined }
    const store = await this.#stores.open(source.repo, { signal, timeoutMs: task.timeout_ms })
    await this.#fetch(store, source, task, { signal, progress })
    const relation = await this.#relate(store, { sourceOid, targetOid, target }, task, { signal, progress })
    const updates = planBranch({
      sourceRef: source.ref,
      targetRef: target.ref,
      sourceOid,
      targetOid,
      relation,
      onDiverge: task.on_diverge,
    })
    return { sides, updates, oid: sourceOid, store }
  }

  async #readRef(side: Side, task: SyncTaskRow, { signal }: CallOptions): Promise<string | null> {
    await using open = await openSide(side, this.#context, { signal })
    const { url, protocol } = open
    const { ref } = side
    const refs = await open.run(lsRemote({ url, protocol, refs: [ref] }), { ...deadlines(task), signal })
    return refs.get(ref) ?? null
  }

  /** Fetches one side's ref into the store, under the remote's own name. */
  async #fetch(store: Store, side: Side, task: SyncTaskRow, { signal, progress }: Steps): Promise<void> {
    progress.phase('fetching')
    progress.log(`fetching ${describe(side)}`)
    const tracking = store.trackingRef(side.remote, side.ref)
    const refspecs = [{ source: side.ref, target: tracking }]
    // looked at anew: a store may have been made since, or another fetch
    await using open = await openSide(side, this.#context, { signal })
    const { url, protocol } = open
    const command = fetch({ url, protocol, refspecs, progress: true })
    const options = { ...deadlines(task), gitDir: store.path, signal }
    const onProgress = (step: GitProgress) => progress.phase('fetching', step)
    try {
      await open.run(command, { ...options, onProgress })
    } catch (error) {
      if (!isGitferryError(error, 'GIT_FAILED') || error.details.reason !== 'ref_clash') throw error
      await clearTracking(this.#runner, tracking, options)
      await open.run(command, { ...options, onProgress })
    }
  }

  /**
   * How the two commits lie to each other. The target's is mostly in the store already, as an ancestor of the
   * source's; only where it is not, the target is fetched too. The plan holds for what was listed: a source that
   * moved on meanwhile is caught up with by the next run, one that was rewritten is planned anew.
   */
  async #relate(
    store: Store,
    { sourceOid, targetOid, target }: { sourceOid: string; targetOid: string | null; target: Side },
    task: SyncTaskRow,
    { signal, progress }: Steps,
  ): Promise<Relation | null> {
    const compare = () =>
      this.#runner.run(compareCommits(sourceOid, targetOid ?? sourceOid), {
        gitDir: store.path,
        timeoutMs: task.timeout_ms,
        signal,
      })
    let relation = await compare()
    if (relation === 'missing' && targetOid !== null) {
      await this.#fetch(store, target, task, { signal, progress })
      relation = await compare()
    }
    progress.phase('fetched')
    if (relation === 'missing') throw movedMeanwhile(sourceOid)
    return targetOid === null ? null : relation
  }
}

type Steps = { readonly signal: AbortSignal | undefined; readonly progress: PlanProgress }

/** The deadlines of one git command of a task. */
export function deadlines(task: Pick<SyncTaskRow, 'timeout_ms' | 'stall_timeout_ms'>): GitRunOptions {
  return { timeoutMs: task.timeout_ms, stallTimeoutMs: task.stall_timeout_ms }
}

/** A side as a person names it: `origin/feature/x`. */
export function describe(side: Side): string {
  return `${side.remote}/${side.ref.replace(/^refs\/heads\//, '')}`
}

function movedMeanwhile(oid: string): GitferryError {
  return new GitferryError(
    'VERSION_CONFLICT',
    `A branch was rewritten while it was being read (${oid} is gone from it); nothing was changed.`,
    { details: { oid } },
  )
}
