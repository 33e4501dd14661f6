import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import type { KeptRefRow, PlanUpdate, RepoRow, RunRow, SyncTaskRow } from '../../src/contract/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import { KeptStores } from '../../src/git/kept-stores.ts'
import { type Store, Stores } from '../../src/git/store.ts'
import type { Logger } from '../../src/ports/index.ts'
import { KeyedLock } from '../../src/runtime/keyed-lock.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { KeptExpiry } from '../../src/services/kept-expiry.ts'
import { type KeptPlace, KeptValues } from '../../src/services/kept-values.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from '../git/fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'

/** One repository with a working store, and the parts that keep values, over a real storage and a real git. */
export class KeptWorld {
  readonly sandbox: GitSandbox = createGitSandbox()
  readonly clock: TestClock = createTestClock()
  readonly storage: ManagedStorage
  readonly keptStores: KeptStores
  readonly warnings: string[] = []
  /** Called before each git; may throw, as a crash would cut it off. */
  before: (verb: string) => void = () => {}
  readonly source: string
  readonly oid: string
  readonly task = { id: 3, keep_days: 30 } as SyncTaskRow
  readonly place: KeptPlace = {
    repo: { id: 1, uuid, object_format: 'sha1' } as RepoRow,
    target_repo_id: 2,
    target_remote: 'backup',
  }
  readonly #working: Stores
  values: KeptValues
  expiry: KeptExpiry

  constructor(kind: 'memory' | 'sqlite') {
    const { sandbox, clock } = this
    const file = join(sandbox.dir, 'gitferry.db')
    this.storage = new ManagedStorage(kind === 'memory' ? memoryStorage() : sqliteStorage({ path: file }))
    const real = runnerIn(sandbox.dir)
    const cutOff = (verb: string) => this.before(verb)
    const runner: GitRunner = {
      async run<Result>(command: GitCommand<Result>, options?: GitRunOptions) {
        cutOff(command.args[0]!)
        return real.run(command, options)
      },
    }
    const shared = { runner, dataDir: sandbox.dir, clock, logger: this.#logger }
    this.keptStores = new KeptStores({ ...shared, lock: new KeyedLock() })
    this.#working = new Stores({ ...shared, repoRoots: null })
    this.source = sandbox.bare('source')
    this.oid = sandbox.history(this.source, { commits: 2 })
    const parts = this.restart()
    this.values = parts.values
    this.expiry = parts.expiry
  }

  /** New parts, that remember nothing: as after a crash. */
  restart() {
    const { clock, keptStores, storage } = this
    const deps = { storage, clock, keptStores, logger: this.#logger }
    const values: KeptValues = new KeptValues({ ...deps, letGo: (id) => expiry.look(id) })
    const expiry: KeptExpiry = new KeptExpiry({ ...deps, recover: () => values.recover() })
    this.values = values
    this.expiry = expiry
    return { values, expiry }
  }

  store(): Promise<Store> {
    const { source } = this
    return this.#working.open({ uuid, git_dir: source, common_dir: source, object_format: 'sha1' })
  }

  /** A run that is under way. */
  run(fields: Partial<RunRow> = {}): Promise<RunRow> {
    const started_at = new Date(this.clock.now()).toISOString()
    return this.storage.collection('runs').insert({
      task_id: this.task.id,
      repo_id: 1,
      target_repo_id: 2,
      status: 'running',
      trigger: 'manual',
      attempt: 1,
      commit_range: '',
      refs_total: 0,
      refs_changed: 0,
      refs_failed: 0,
      error_code: null,
      error_message: null,
      failure_class: null,
      plan_id: null,
      queued_at: started_at,
      started_at,
      finished_at: null,
      duration_ms: null,
      priority: 0,
      ...fields,
    })
  }

  rows(): Promise<KeptRefRow[]> {
    return this.storage.collection('kept_refs').find()
  }

  /** The refs of the kept store; none where there is no store. */
  async refs(): Promise<string[]> {
    const uuids = await this.keptStores.uuids()
    return uuids.flatMap((found) => Object.keys(this.sandbox.refs(this.keptStores.path(found))))
  }

  get keptPath(): string {
    return this.keptStores.path(uuid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.expiry.close()
    await this.storage.close()
    this.sandbox.dispose()
  }

  get #logger(): Logger {
    const warn = (message: string) => void this.warnings.push(message)
    return { debug() {}, info() {}, warn, error: warn }
  }
}

/** What a plan would say of one ref that is about to be taken away. */
export const taking = (oid: string, becomes: string | null, ref = 'refs/heads/main'): PlanUpdate => ({
  action: becomes === null ? 'delete' : 'force',
  source_ref: becomes === null ? null : ref,
  target_ref: ref,
  old_oid: oid,
  new_oid: becomes,
  ahead: null,
  behind: null,
  reason: '',
})
