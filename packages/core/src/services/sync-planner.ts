import type { PlanUpdate, SyncTaskRow } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import { missingObjects } from '../git/commands/missing-objects.ts'
import type { Store, Stores } from '../git/store.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import { checkGuards, type GuardStop } from '../sync/guards.ts'
import { movedSince } from '../sync/moved-since.ts'
import { movesRef } from '../sync/moves-ref.ts'
import {
  type DifferingPair,
  needsRelation,
  pairRefs,
  type RefPair,
  type Relations,
} from '../sync/pair-refs.ts'
import { planHead, type SideRefs } from '../sync/plan-head.ts'
import { planRefs } from '../sync/plan-refs.ts'
import type { ServiceContext } from './context.ts'
import { kindsOf, kindsOfNames, type ListedSides, listSides, sourceNames } from './list-sides.ts'
import type { OpenSideContext } from './open-side.ts'
import { type Steps, silentProgress } from './plan-progress.ts'
import { movedMeanwhile, planStale, refuseMissing } from './plan-refusals.ts'
import type { ImportContext } from './reimport-remotes.ts'
import { relateRefs } from './relate-refs.ts'
import { repoKey } from './repo-key.ts'
import { resolveTaskSides, type TaskSides } from './resolve-sides.ts'
import { describe, type SideAccess } from './side-access.ts'

export type PlanOptions = Partial<Steps>

/** A plan, and what carrying it out needs. */
export interface PreparedPlan {
  readonly sides: TaskSides
  readonly updates: readonly PlanUpdate[]
  /** Refs that the task covers, in step or not. */
  readonly total: number
  /** What the target has now, by full name. */
  readonly target: ReadonlyMap<string, string>
  /** Whether what it carries comes from the source; what is restored does not. */
  readonly readsSource: boolean
  /** Why no run may carry it out by itself. */
  readonly stop: GuardStop | null
  /** `undefined` when both sides were in step, so that no store was needed. */
  readonly store: Store | undefined
}

const unrelated: Relations = new Map()

interface PrepareOptions {
  /** What an earlier try has brought there already. */
  readonly isLanded: (update: PlanUpdate, target: SideRefs) => boolean
  /** Whether the source must still have what the plan carries; a restore has no source. */
  readonly readsSource: boolean
  /** Brings what does not come from the source. */
  readonly bring: (store: Store) => Promise<void>
}

export type SyncPlannerContext = ImportContext &
  OpenSideContext &
  Pick<ServiceContext, 'stores' | 'lock'> & { readonly access: SideAccess }

/**
 * Finds out what a task would do: lists both sides in parallel, and only where they differ fetches what differs
 * into the store and asks how the commits lie to each other.
 */
export class SyncPlanner {
  readonly #runner: GitRunner
  readonly #stores: Stores
  readonly #lock: KeyedLock
  readonly #access: SideAccess
  readonly #context: SyncPlannerContext

  constructor(context: SyncPlannerContext) {
    this.#context = context
    this.#runner = context.runner
    this.#stores = context.stores
    this.#lock = context.lock
    this.#access = context.access
  }

  /** As `plan`, while no run works in the same store. */
  planAlone(task: SyncTaskRow, options: PlanOptions = {}): Promise<PreparedPlan> {
    return this.#lock.hold(repoKey(task.repo_id), () => this.plan(task, options), options)
  }

  /** @throws what `resolveTaskSides` throws, BRANCH_NOT_FOUND, VERSION_CONFLICT, GIT_*, ABORTED */
  async plan(
    task: SyncTaskRow,
    { signal, progress = silentProgress }: PlanOptions = {},
  ): Promise<PreparedPlan> {
    const steps = { signal, progress }
    const sides = await resolveTaskSides(task, { ...this.#context, signal })
    const listed = await listSides(
      {
        ...{ sides, task, access: this.#access, runner: this.#runner, withHead: task.follow_head },
        source: kindsOf(task, sides.selection, sides.source),
        target: kindsOf(task, sides.selection, sides.target),
      },
      steps,
    )
    const { source, target } = listed
    const pairing = pairRefs(sides.selection, source.refs, target.refs)
    refuseMissing(task, sides, source)
    const guards = { pairing, task }
    const common = { sides, total: pairing.total, target: target.refs, readsSource: true }
    const changed = pairing.pairs
    if (changed.length === 0) {
      const updates = planRefs({ pairing, relations: unrelated, policy: task })
      const stop = checkGuards({ ...guards, updates, relations: unrelated })
      if (stop !== null || !updates.some(movesRef)) {
        return { ...common, updates: [...updates, ...head(updates)], stop, store: undefined }
      }
    }
    const store = await this.#stores.open(sides.source.repo, { signal, timeoutMs: task.timeout_ms })
    await this.#fetchSource(store, sides, listed, changed, task, steps)
    const relations = await this.#relate(store, sides, listed, changed, task, steps)
    const planned = planRefs({ pairing, relations, policy: task })
    await this.#complete(store, sides, listed, planned, task, steps)
    progress.phase('fetched')
    const updates = [...planned, ...head(planned)]
    return { ...common, updates, stop: checkGuards({ ...guards, updates, relations }), store }

    function head(updates: readonly PlanUpdate[]): PlanUpdate[] {
      return task.follow_head ? planHead(sides.selection, source, target, updates) : []
    }
  }

  /**
   * Makes a plan of before ready to be carried out exactly.
   * @throws PLAN_STALE naming every ref that moved since, on either side; what `plan` throws
   */
  async prepare(
    task: SyncTaskRow,
    updates: readonly PlanUpdate[],
    steps: Steps,
    { bring, isLanded, readsSource }: PrepareOptions,
  ): Promise<PreparedPlan> {
    const { signal, progress } = steps
    const sides = await resolveTaskSides(task, { ...this.#context, signal })
    const withHead = updates.some(({ action }) => action === 'head')
    const names = sourceNames(updates, sides.selection)
    const listed = await listSides(
      {
        ...{ sides, task, access: this.#access, runner: this.#runner, withHead },
        source: readsSource ? kindsOfNames(names) : null,
        target: kindsOfNames(updates.map(({ target_ref }) => target_ref)),
      },
      steps,
    )
    const { source, target } = listed
    const open = updates.filter((update) => !isLanded(update, target))
    const moved = movedSince(open, {
      source: readsSource ? source : undefined,
      target,
      selection: sides.selection,
    })
    if (moved.length > 0) throw planStale(moved)
    const common = { sides, total: updates.length, target: target.refs, readsSource, stop: null }
    if (!open.some(movesRef)) return { ...common, updates: open, store: undefined }
    const store = await this.#stores.open(sides.source.repo, { signal, timeoutMs: task.timeout_ms })
    await bring(store)
    if (readsSource) {
      progress.phase('fetching')
      const refs = open.filter(movesRef).flatMap(({ source_ref }) => source_ref ?? [])
      await this.#access.fetch(store, sides.source, { refs, present: source.refs.keys() }, task, steps)
    }
    await this.#complete(store, sides, listed, open, task, steps, { withAll: true })
    progress.phase('fetched')
    return { ...common, updates: open, store }
  }

  async #fetchSource(
    store: Store,
    { source }: TaskSides,
    listed: ListedSides,
    pairs: readonly RefPair[],
    task: SyncTaskRow,
    steps: Steps,
  ): Promise<void> {
    if (pairs.length === 0) return
    steps.progress.phase('fetching')
    steps.progress.log(`fetching ${describe(source)}${pairs.length > 1 ? `, ${pairs.length} refs` : ''}`)
    const refs = pairs.map(({ source_ref }) => source_ref)
    await this.#access.fetch(store, source, { refs, present: listed.source.refs.keys() }, task, steps)
  }

  /**
   * How the commits lie to each other. The target's are mostly in the store already, as ancestors of the source's; only
   * where they are not, the target is fetched too. The plan holds for what was listed: a source that moved on meanwhile
   * is caught up with by the next run, one that was rewritten is planned anew.
   */
  async #relate(
    store: Store,
    { target }: TaskSides,
    listed: ListedSides,
    changed: readonly RefPair[],
    task: SyncTaskRow,
    { signal, progress }: Steps,
  ): Promise<Relations> {
    const pairs = needsRelation(changed)
    const relate = (some: readonly DifferingPair[]) =>
      relateRefs(
        { runner: this.#runner, gitDir: store.path, pairs: some },
        { timeoutMs: task.timeout_ms, signal },
      )
    const first = await relate(pairs)
    if (first.missing.length === 0) return first.relations
    progress.log(`fetching ${describe(target)}`)
    const missing = new Set(first.missing)
    const wanted = { refs: first.missing, present: listed.target.refs.keys() }
    await this.#access.fetch(store, target, wanted, task, { signal, progress })
    const second = await relate(pairs.filter(({ target_ref }) => missing.has(target_ref)))
    if (second.missing.length > 0) throw movedMeanwhile(second.missing[0]!)
    return new Map([...first.relations, ...second.relations])
  }

  /** Everything that a plan names must be in the store: what is to be pushed, and what is to be kept. */
  async #complete(
    store: Store,
    { target }: TaskSides,
    listed: ListedSides,
    updates: readonly PlanUpdate[],
    task: SyncTaskRow,
    { signal, progress }: Steps,
    { withAll = false }: { readonly withAll?: boolean } = {},
  ): Promise<void> {
    const wanted = updates.filter(movesRef)
    // a fast-forward was walked from end to end already
    const unseen = wanted.filter(({ action }) => withAll || action !== 'fast-forward')
    if (unseen.length === 0) return
    const find = async (oids: readonly (string | null)[]) =>
      this.#runner.run(missingObjects([...new Set(oids.filter((oid) => oid !== null))]), {
        gitDir: store.path,
        timeoutMs: task.timeout_ms,
        signal,
      })
    const missing = await find(unseen.flatMap(({ old_oid, new_oid }) => [old_oid, new_oid]))
    const gone = unseen.find(({ new_oid }) => new_oid !== null && missing.has(new_oid))
    if (gone) throw movedMeanwhile(gone.source_ref ?? gone.target_ref)
    const toKeep = unseen.filter(({ old_oid }) => old_oid !== null && missing.has(old_oid))
    if (toKeep.length === 0) return
    progress.log(`fetching ${describe(target)}, to keep what is about to go`)
    const refs = toKeep.map(({ target_ref }) => target_ref)
    const wantedOld = { refs, present: listed.target.refs.keys() }
    await this.#access.fetch(store, target, wantedOld, task, { signal, progress })
    const still = await find(toKeep.map(({ old_oid }) => old_oid))
    const moved = toKeep.find(({ old_oid }) => old_oid !== null && still.has(old_oid))
    if (moved) throw movedMeanwhile(moved.target_ref)
  }
}
