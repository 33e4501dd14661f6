import type { Principal, Version } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { reapChildren } from '../git/child-records.ts'
import { ForkServer } from '../git/fork-server.ts'
import { locateGit } from '../git/locate-git.ts'
import { processStat } from '../git/process-group.ts'
import { ProcessGitRunner } from '../git/process-runner.ts'
import { parseAllowOutgoing } from '../git/remote-url.ts'
import { systemLookup } from '../git/resolve-host.ts'
import { Stores } from '../git/store.ts'
import { AbandonedRuns } from '../services/abandoned-runs.ts'
import { AfterRun } from '../services/after-run.ts'
import { AuditLog, type AuditSubject } from '../services/audit-log.ts'
import { PlanApplier } from '../services/plan-applier.ts'
import { RepoSizes } from '../services/repo-sizes.ts'
import { RunQueue } from '../services/run-queue.ts'
import { RunRecorder } from '../services/run-recorder.ts'
import { RunWaiter } from '../services/run-waiter.ts'
import { RunWorker } from '../services/run-worker.ts'
import { Scheduler } from '../services/scheduler.ts'
import { SyncPlanner } from '../services/sync-planner.ts'
import type { SyncTasksContext } from '../services/sync-tasks.ts'
import { TaskSchedule } from '../services/task-schedule.ts'
import { type DataDirectory, type DataDirectoryFileSystem, openDataDirectory } from './data-directory.ts'
import { DeferredRunner } from './deferred-runner.ts'
import { EventBus } from './event-bus.ts'
import { InProcessQueue } from './in-process-queue.ts'
import { KeyedLock } from './keyed-lock.ts'
import { ManagedStorage } from './managed-storage.ts'
import type { ResolvedOptions } from './options.ts'

const defaultGraceMs = 30_000

/** One gitferry: its parts put together, and the order in which they start and stop. */
export interface Core {
  readonly events: EventBus
  readonly version: Version
  readonly ready: boolean
  start(): Promise<void>
  stop(options?: { readonly graceful?: boolean; readonly timeoutMs?: number }): Promise<void>
  contextFor(principal: Principal): SyncTasksContext
  refused(principal: Principal, subject: AuditSubject, error: GitferryError): Promise<void>
}

/** Waits for `work`, but no longer than the grace. */
async function withinGrace(work: Promise<void>, graceMs: number): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, graceMs)
  await Promise.race([work, over])
  clearTimeout(timer)
}

/** Every step of a shutdown is taken, also after one that failed; the first failure is thrown at the end. */
async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** Builds the parts; does no I/O. */
export function createCore(options: ResolvedOptions, fs: DataDirectoryFileSystem): Core {
  const { clock, dataDir, logger } = options
  const storage = new ManagedStorage(options.storage)
  const events = new EventBus({ logger })
  const runner = new DeferredRunner()
  const lock = new KeyedLock()
  const audit = new AuditLog({ storage, clock, logger })
  const schedule = new TaskSchedule({ clock, random: options.random })
  const adapter = options.queue ?? new InProcessQueue({ concurrency: options.concurrency, logger })
  const queue = new RunQueue({ adapter, clock, events })
  const stores = new Stores({ runner, dataDir, repoRoots: options.repoRoots, logger })
  const abandoned = new AbandonedRuns({
    storage,
    clock,
    logger,
    queue,
    audit,
    isActive: (id) => worker.isActive(id),
  })
  const housekeeping = async () => {
    if (!adapter.capabilities.shared) await abandoned.takeUp()
  }
  const scheduler = new Scheduler({ storage, clock, logger, queue, schedule, housekeeping })
  const wakeScheduler = () => scheduler.wake()
  const settings = {
    repoRoots: options.repoRoots,
    trustedOwners: options.trustedOwners,
    allowOutgoing: options.allowOutgoing.map(parseAllowOutgoing),
  }
  const sizes = new RepoSizes({ storage, stores, clock, logger })
  const lookup = systemLookup
  const shared = { storage, clock, logger, events, audit, runner, stores, sizes, settings, lock, lookup }
  const planner = new SyncPlanner(shared)
  const recorder = new RunRecorder({ storage, clock, events, logger, schedule, wakeScheduler })
  const applier = new PlanApplier(shared)
  const afterRun = new AfterRun({ stores, sizes, logger })
  const worker = new RunWorker({ ...shared, planner, recorder, applier, afterRun })
  const waiter = new RunWaiter({ storage, events })

  let directory: DataDirectory | undefined
  let forkServer: ForkServer | undefined
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  let ready = false
  let queueStarted = false

  async function open(): Promise<void> {
    directory = await openDataDirectory(dataDir, {
      fs,
      pid: process.pid,
      startTimeOf: (pid) => processStat(pid)?.startTime,
    })
    await reapChildren(directory.children, logger)
    const git = options.git ?? (await locateGit(options.searchPath)).binary
    const { home, children: childrenDir } = directory
    if (options.forkServer) forkServer = new ForkServer({ home, childrenDir, logger })
    runner.use(new ProcessGitRunner({ git, home, childrenDir, logger, starter: forkServer }))
    await storage.open()
    await stores.sweep(await knownStores())
    const unknown = await audit.recover()
    if (unknown > 0)
      logger.warn('changes were under way when gitferry last ended', { audit_entries: unknown })
    const pending = await recorder.recover()
    if (!queueStarted) await adapter.start((job, { signal }) => worker.work(job, { signal }))
    queueStarted = true
    for (const run of pending) await queue.handOver({ run, isNew: false })
    scheduler.start()
    ready = true
    logger.info('gitferry is ready', {
      storage: storage.name,
      queue: adapter.name,
      git,
      pending: pending.length,
    })
  }

  async function knownStores(): Promise<Set<string>> {
    const repos = await storage.collection('repos').find()
    return new Set(repos.map((repo) => repo.uuid))
  }

  async function close(graceMs: number): Promise<void> {
    await starting?.catch(() => {})
    ready = false
    audit.close()
    await inTurn([
      () => scheduler.stop(),
      () => Promise.all([adapter.stop({ timeoutMs: graceMs }), withinGrace(audit.settled(), graceMs)]),
      // what is still at work now are calls that outlasted the grace: their gits end, their entries are written
      () => runner.close(),
      () => audit.settled(),
      async () => waiter.close(),
      async () => forkServer?.close(),
      () => storage.close(),
      async () => directory?.release(),
    ])
    logger.info('gitferry has stopped')
  }

  return {
    events,
    version: options.version,
    get ready() {
      return ready
    },
    start() {
      if (stopping) return Promise.reject(new GitferryError('CLOSED', 'gitferry has been stopped.'))
      starting ??= open().catch(async (error: unknown) => {
        starting = undefined
        await forkServer?.close()
        forkServer = undefined
        await directory?.release()
        directory = undefined
        throw error
      })
      return starting
    },
    stop({ graceful = true, timeoutMs = defaultGraceMs } = {}) {
      const graceMs = graceful ? timeoutMs : 0
      // a second call is heard too: it may shorten the grace of the first
      if (stopping) adapter.stop({ timeoutMs: graceMs }).catch(() => {})
      stopping ??= close(graceMs)
      return stopping
    },
    contextFor(principal) {
      return { ...shared, principal, queue, schedule, planner, waiter, wakeScheduler }
    },
    refused: (principal, subject, error) => audit.refused(principal, subject, error),
  }
}
