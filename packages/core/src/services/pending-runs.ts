import type { RunRow, SyncTaskRow } from '../contract/index.ts'
import type { Changes, Clock, Logger, QueueJob, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { persist } from './persist.ts'
import { repoKey } from './repo-key.ts'
import { reposOf } from './repos-of.ts'
import type { RunLog } from './run-log.ts'
import type { RunQueue } from './run-queue.ts'
import { hostsOfTask } from './task-hosts.ts'
import { toRun } from './to-run.ts'

/** What became of a run that a job of the queue names; `as`: what it is now. */
type Taken = { readonly run: RunRow } & (
  | { readonly as: 'running' | 'moved'; readonly task: SyncTaskRow }
  | { readonly as: 'canceled' }
)

/** The runs that wait: how they are begun, and how those that were cut short come to wait again. */
export class PendingRuns {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #events: EventBus
  readonly #logger: Logger
  readonly #queue: Pick<RunQueue, 'handOver'>

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly events: EventBus
    readonly logger: Logger
    readonly queue: Pick<RunQueue, 'handOver'>
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#events = deps.events
    this.#logger = deps.logger
    this.#queue = deps.queue
  }

  /**
   * Makes the pending run of a job a running one. `undefined`: there is nothing to work on with this job. The run is not
   * pending any more; or its task is gone, then it is canceled; or its task goes elsewhere by now, where this job excludes
   * nobody: then it is handed over anew.
   */
  async claim(job: QueueJob): Promise<{ readonly run: RunRow; readonly task: SyncTaskRow } | undefined> {
    const taken = await this.#storage.transaction((session) => this.#take(session, job))
    if (taken === undefined) return undefined
    const { run } = taken
    if (taken.as === 'moved') {
      await this.#queue.handOver({ run, isNew: false, task: taken.task })
      return undefined
    }
    this.#events.emit(taken.as === 'running' ? 'run.started' : 'run.finished', { run: toRun(run) })
    return taken.as === 'running' ? { run, task: taken.task } : undefined
  }

  /** Puts a run that a shutdown cut short back among the pending ones; the next start takes it up again. */
  async putBack(run: RunRow, log: RunLog): Promise<void> {
    log.add('cut short by a shutdown; it runs again at the next start')
    await log.close()
    const deps = { storage: this.#storage, clock: this.#clock, logger: this.#logger }
    await persist(deps, async (session) => {
      await log.storeIn(session)
      await session
        .collection('runs')
        .update(run.id, { status: 'pending', started_at: null, attempt: run.attempt + 1 })
    })
  }

  /**
   * Called at start, when no worker lives: what a crash left `running` is pending again, with one attempt more.
   * Answers every pending run, oldest first; one whose task was deleted is canceled instead.
   */
  async recover(): Promise<RunRow[]> {
    return this.#storage.transaction(async (session) => {
      const runs = session.collection('runs')
      for (const run of await runs.find({ where: { status: 'running' } })) {
        await runs.update(run.id, { status: 'pending', started_at: null, attempt: run.attempt + 1 })
      }
      const kept: RunRow[] = []
      for (const run of await runs.find({ where: { status: 'pending' } })) {
        if (await session.collection('tasks').get(run.task_id)) kept.push(run)
        else await runs.update(run.id, this.#withoutTask())
      }
      return kept
    })
  }

  async #take(session: StorageSession, job: QueueJob): Promise<Taken | undefined> {
    const runs = session.collection('runs')
    const run = await runs.get(job.id)
    if (run?.status !== 'pending') return undefined
    const change = async (changes: Changes<RunRow>) => (await runs.update(run.id, changes)) ?? run
    const task = await session.collection('tasks').get(run.task_id)
    if (task === undefined) return { as: 'canceled', run: await change(this.#withoutTask()) }
    // it works on what the task says now
    const repos = reposOf(task)
    if (!(await leadsThere(session, job, task))) return { as: 'moved', run: await change(repos), task }
    return {
      as: 'running',
      run: await change({ status: 'running', started_at: this.#now(), ...repos }),
      task,
    }
  }

  #withoutTask(): Changes<RunRow> {
    return { status: 'canceled', finished_at: this.#now(), error_message: 'The task was deleted.' }
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

/** Whether a job still says what a task excludes and where it goes: both may have changed since the run was handed over. */
async function leadsThere(session: StorageSession, job: QueueJob, task: SyncTaskRow): Promise<boolean> {
  if (job.key !== repoKey(task.repo_id)) return false
  // a queue that does not mind the hosts is not told them
  if (job.hosts === undefined) return true
  const hosts = await hostsOfTask(session, task)
  return hosts.length === job.hosts.length && hosts.every((host, index) => job.hosts?.[index] === host)
}
