import {
  isFinished,
  type KeptRefRow,
  type PlanRow,
  type PlanUpdate,
  type RepoRow,
  type RunRef,
  type RunRow,
  type SyncTaskRow,
} from '../contract/index.ts'
import type { HeldValue } from '../git/kept-store.ts'
import type { KeptStores } from '../git/kept-stores.ts'
import type { Store } from '../git/store.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { type Landed, settledKeptRef } from './settled-kept-ref.ts'

export interface KeptValuesDeps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly logger: Logger
  readonly keptStores: KeptStores
  /** Told that a kept store may hold refs which no row names any more. */
  readonly letGo: (uuid: string) => void
}

/** Whose kept store takes the values, and where they are overwritten. */
export interface KeptPlace {
  /** The repository of the task, whose store has the objects. */
  readonly repo: Pick<RepoRow, 'id' | 'uuid' | 'object_format'>
  readonly target_repo_id: number
  readonly target_remote: string
}

type Options = { readonly signal?: AbortSignal | undefined }

const dayMs = 86_400_000

/**
 * The values that runs overwrite or delete. Before the push they are in the kept store, and rows say so (`planned`);
 * the transaction that ends the run makes of them what came of it.
 */
export class KeptValues {
  readonly #deps: KeptValuesDeps

  constructor(deps: KeptValuesDeps) {
    this.#deps = deps
  }

  /**
   * Keeps what the `force` and `delete` updates are about to take away; others count nothing. To be called before the
   * push, with the old values' objects in `store`. Once it returns, objects, refs and rows are durable. May be called
   * again for the same run, after a crash or a race. A task with `keep_days` 0 keeps nothing.
   * @throws STORE_FAILED, GIT_FAILED when `store` lacks an object, DISK_FULL, STORAGE_FAILED, ABORTED: nothing may be
   *   pushed then
   */
  async keep(
    run: Pick<RunRow, 'id'>,
    task: Pick<SyncTaskRow, 'id' | 'keep_days'>,
    place: KeptPlace,
    store: Pick<Store, 'path'>,
    updates: readonly PlanUpdate[],
    { signal }: Options = {},
  ): Promise<void> {
    const values = updates.flatMap(({ action, target_ref, old_oid }) =>
      (action === 'force' || action === 'delete') && old_oid !== null
        ? [{ ref: target_ref, oid: old_oid }]
        : [],
    )
    if (task.keep_days === 0 || values.length === 0) return
    const { uuid, object_format } = place.repo
    const input = { uuid, object_format, from: store.path, runId: run.id, values }
    const becomes = new Map(updates.map(({ target_ref, new_oid }) => [target_ref, new_oid]))
    await this.#deps.keptStores.keep(input, { signal }, (held) =>
      this.#deps.storage.transaction((session) => this.#plan(session, run, task, place, held, becomes)),
    )
  }

  /**
   * Makes of the run's `planned` rows what came of them; to be called in every transaction that ends a run. `tried`: what
   * became of every ref in each try of this attempt. A value that a try took away is kept, with what the run made of it;
   * one that no try can have taken is let go. `nothing`: the target was not touched in this attempt. What is not known,
   * and what an earlier attempt may have taken away, stays kept. The kept values that a restore has put back are marked
   * with the run's id.
   */
  async settle(session: StorageSession, run: RunRow, tried: Landed): Promise<void> {
    const kept = session.collection('kept_refs')
    for (const row of await kept.find({ where: { run_id: run.id, state: 'planned' } })) {
      const settled = settledKeptRef(row, run, tried)
      if (settled.stays) await kept.update(row.id, { state: 'kept', became_oid: settled.became_oid })
      else {
        await kept.delete(row.id)
        this.#deps.letGo(row.repo_uuid)
      }
    }
    if (run.plan_id === null || typeof tried === 'string') return
    const plan = await session.collection('plans').get(run.plan_id)
    if (plan !== undefined) await this.#markRestored(session, run, plan, tried)
  }

  /**
   * Settles what a crash, or a storage that failed, left `planned` by a run that has ended; rows of runs that go on stay
   * as they are. Where no ref of the run says what came of it, everything stays kept. Answers how many runs there were.
   */
  async recover(): Promise<number> {
    const planned = await this.#deps.storage.collection('kept_refs').find({ where: { state: 'planned' } })
    const ended = await this.#deps.storage.collection('runs').find({
      where: { id: { in: [...new Set(planned.map((row) => row.run_id))] } },
    })
    const runs = ended.filter((run) => isFinished(run.status))
    for (const run of runs) {
      await this.#deps.storage.transaction(async (session) => {
        const refs = await session.collection('run_refs').find({ where: { run_id: run.id } })
        await this.settle(session, run, refs)
      })
      this.#deps.logger.warn('a run ended without saying what it had overwritten', { run_id: run.id })
    }
    return runs.length
  }

  /** The kept values that a plan of kind `restore` puts back; none for any other plan. */
  async ofPlan({ kept_run_id, updates }: Pick<PlanRow, 'kept_run_id' | 'updates'>): Promise<KeptRefRow[]> {
    if (kept_run_id === null) return []
    const wanted = new Set(updates.map((update) => update.source_ref))
    const where = { run_id: kept_run_id, state: 'kept' } as const
    const rows = await this.#deps.storage.collection('kept_refs').find({ where })
    return rows.filter((row) => wanted.has(row.kept_ref))
  }

  /**
   * Brings kept objects into a working store, without a ref.
   * @throws KEPT_REF_NOT_FOUND when the kept store is gone, GIT_FAILED when an object is, DISK_FULL, ABORTED
   */
  async fetchInto(
    store: Pick<Store, 'path'>,
    rows: readonly KeptRefRow[],
    { signal }: Options = {},
  ): Promise<void> {
    for (const [uuid, ofStore] of Map.groupBy(rows, (row) => row.repo_uuid)) {
      const oids = ofStore.map((row) => row.oid)
      await this.#deps.keptStores.fetchInto(store.path, uuid, oids, { signal })
    }
  }

  async #plan(
    session: StorageSession,
    run: Pick<RunRow, 'id'>,
    task: Pick<SyncTaskRow, 'id' | 'keep_days'>,
    { repo, target_repo_id, target_remote }: KeptPlace,
    held: readonly HeldValue[],
    becomes: ReadonlyMap<string, string | null>,
  ): Promise<void> {
    const rows = session.collection('kept_refs')
    const before = await rows.find({ where: { run_id: run.id } })
    const known = new Map(before.map((row) => [row.kept_ref, row.id]))
    const now = this.#deps.clock.now()
    for (const { ref, oid, kept_ref } of held) {
      const times = {
        kept_at: new Date(now).toISOString(),
        expires_at: new Date(now + task.keep_days * dayMs).toISOString(),
      }
      const became_oid = becomes.get(ref) ?? null
      const id = known.get(kept_ref)
      if (id !== undefined) await rows.update(id, { ...times, became_oid, state: 'planned' })
      else {
        await rows.insert({
          run_id: run.id,
          task_id: task.id,
          repo_id: repo.id,
          repo_uuid: repo.uuid,
          target_repo_id,
          target_remote,
          ref,
          oid,
          became_oid,
          kept_ref,
          state: 'planned',
          ...times,
          restored_by_run_id: null,
        })
      }
    }
  }

  async #markRestored(
    session: StorageSession,
    run: RunRow,
    plan: PlanRow,
    refs: readonly RunRef[],
  ): Promise<void> {
    if (plan.kept_run_id === null) return
    for (const { target_ref, new_oid, outcome } of refs) {
      if (outcome !== 'updated' || new_oid === null) continue
      const where = { run_id: plan.kept_run_id, ref: target_ref, oid: new_oid, state: 'kept' } as const
      await session.collection('kept_refs').updateWhere(where, { restored_by_run_id: run.id })
    }
  }
}
