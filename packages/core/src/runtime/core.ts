import { access, constants } from 'node:fs/promises'
import type { JobRow, Principal, Readiness, Version } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { reapChildren } from '../git/child-records.ts'
import { sweepBorrowing } from '../git/content/borrowing-repository.ts'
import { sweepPrivateIndexes } from '../git/content/private-index.ts'
import { ForkServer } from '../git/fork-server.ts'
import { locateGit } from '../git/locate-git.ts'
import { ProcessGitRunner } from '../git/process-runner.ts'
import type { QueueAdapter } from '../ports/index.ts'
import { RestrictedStorage } from '../rights/restricted-storage.ts'
import type { AcceptCloneContext } from '../services/accept-clone.ts'
import type { AuditSubject } from '../services/audit-log.ts'
import type { Authenticator } from '../services/authenticator.ts'
import type { CancelJobContext } from '../services/cancel-job.ts'
import { findCloneInput } from '../services/clone-input.ts'
import type { GitTransportContext } from '../services/git-transport.ts'
import { checkSecrets } from '../services/secrets-check.ts'
import type { SyncRunsContext } from '../services/sync-runs.ts'
import type { SyncTasksContext } from '../services/sync-tasks.ts'
import type { WebhooksContext } from '../services/webhooks.ts'
import type { CheckpointFileSystem } from './checkpoint-file.ts'
import { type DataDirectory, type DataDirectoryFileSystem, openDataDirectory } from './data-directory.ts'
import type { EventBus } from './event-bus.ts'
import { Grace } from './grace.ts'
import { shareOf } from './limited-runner.ts'
import type { ResolvedOptions } from './options.ts'
import { createParts } from './parts.ts'
import { ReadinessCheck } from './readiness-check.ts'
import { startTimeOf } from './start-time.ts'
import { StorageLease } from './storage-lease.ts'

const defaultGraceMs = 30_000
/** Shorter webhook secrets are taken, since what signs with them may not be ours to change, but warned of. */
const safeSecretLength = 16

/** One gitferry: its parts put together, and the order in which they start and stop. */
export interface Core {
  readonly events: EventBus
  readonly version: Version
  readonly ready: boolean
  readiness(): Promise<Readiness>
  queueSize(): ReturnType<QueueAdapter['size']>
  start(): Promise<void>
  stop(options?: { readonly graceful?: boolean; readonly timeoutMs?: number }): Promise<void>
  contextFor(
    principal: Principal,
  ): AcceptCloneContext &
    CancelJobContext &
    SyncTasksContext &
    SyncRunsContext &
    WebhooksContext &
    GitTransportContext
  readonly authenticator: Authenticator
  refused(principal: Principal, subject: AuditSubject, error: GitferryError): Promise<void>
}

/** Every step of a shutdown is taken, also after one that failed; the first failure is thrown at the end. */
async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** Builds the parts; does no I/O. */
export function createCore(
  options: ResolvedOptions,
  fs: DataDirectoryFileSystem & CheckpointFileSystem,
): Core {
  const {
    adapter,
    authenticator,
    callerRunner,
    callerStreamer,
    context,
    dispatcher,
    jobWorker,
    pendingRuns,
    scheduler,
    storeCare,
    worker,
  } = createParts(options, fs)
  const { audit, auditChain, channelSender, clock, events, logger, queue } = context
  const { cloner, jobQueue, jobRecorder, jobWaiter } = context
  const { kept, keptExpiry, keptStores } = context
  const { afterPush, pushHooks } = context
  const { keyOpener, runner, sealed, ssh, storage, stores, waiter } = context

  const lease = new StorageLease({ storage, clock, logger, kind: 'server' })
  let directory: DataDirectory | undefined
  let forkServer: ForkServer | undefined
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  let grace: Grace | undefined
  let ready = false
  let queueStarted = false
  let git: string | undefined
  const readiness = new ReadinessCheck({
    clock,
    logger,
    phase: () => (stopping ? 'stopping' : ready ? 'started' : 'starting'),
    askStorage: () => storage.collection('settings').count(),
    findGit: () => access(git ?? '', constants.X_OK),
    isScheduling: () => scheduler.isRunning,
  })

  async function open(): Promise<void> {
    directory = await openDataDirectory(options.dataDir, {
      fs,
      pid: process.pid,
      startTimeOf,
    })
    await reapChildren(directory.children, logger)
    await ssh.sweep()
    await sweepPrivateIndexes(directory.path)
    await sweepBorrowing(directory.path)
    await pushHooks.prepare()
    git = options.git ?? (await locateGit(options.searchPath)).binary
    const { home, children: childrenDir } = directory
    if (options.forkServer) forkServer = new ForkServer({ home, childrenDir, logger })
    runner.use(new ProcessGitRunner({ git, home, childrenDir, logger, starter: forkServer }))
    await storage.open()
    await lease.take()
    await options.secrets?.open()
    await checkSecrets({ storage, sealed })
    const adopted = await auditChain.open()
    if (adopted > 0) {
      logger.warn('the audit log had no key until now: the entries that are there are taken as they are', {
        audit_entries: adopted,
      })
    }
    const jobs = await jobRecorder.recover()
    await keptStores.sweep()
    await stores.sweep(await knownStores(jobs))
    for (const job of [...jobs, ...(await jobRecorder.givenUp())]) await cloner.sweep(job)
    const unknown = await audit.recover()
    if (unknown > 0)
      logger.warn('changes were under way when gitferry last ended', { audit_entries: unknown })
    const pending = await pendingRuns.recover()
    await kept.recover()
    if (!queueStarted) await adapter.start((job, { signal }) => worker.work(job, { signal }))
    queueStarted = true
    for (const run of pending) await queue.handOver({ run, isNew: false })
    await jobQueue.start((id, { signal }) => jobWorker.work(id, { signal }))
    for (const job of jobs) await jobQueue.handOver(job, { isNew: false })
    scheduler.start()
    auditChain.start()
    dispatcher.start()
    storeCare.start()
    audit.open()
    ready = true
    if (options.webhooks.secrets.some((secret) => secret.length < safeSecretLength)) {
      logger.warn(
        `a webhook secret has fewer than ${safeSecretLength} characters and could be guessed; make one with: openssl rand -hex 32`,
      )
    }
    logger.info('gitferry is ready', {
      storage: storage.name,
      queue: adapter.name,
      git,
      pending: pending.length,
    })
  }

  /** Those of repositories, and of clones that may stand whole without their record. */
  async function knownStores(jobs: readonly JobRow[]): Promise<Set<string>> {
    const repos = await storage.collection('repos').find()
    const clones = jobs.flatMap((job) => findCloneInput(job) ?? [])
    return new Set([...repos, ...clones].map(({ uuid }) => uuid))
  }

  async function close(grace: Grace): Promise<void> {
    await starting?.catch(() => {})
    ready = false
    audit.close()
    await inTurn([
      () => scheduler.stop(),
      () => storeCare.stop(),
      () =>
        Promise.all([
          grace.stop((options) => adapter.stop(options)),
          grace.stop((options) => jobQueue.stop(options)),
          grace.wait(audit.settled()),
          grace.wait(callerStreamer.close()),
        ]),
      () => keptExpiry.close(),
      () => afterPush.close(),
      // after the runs, whose ends are told while there is time; what is not is sent at the next start
      () => grace.stop((options) => dispatcher.stop(options)),
      // what is still at work now are calls that outlasted the grace: gits and sends end, entries are written
      () => runner.close(),
      async () => channelSender.close(),
      () => ssh.close(),
      () => keyOpener.close(),
      // nobody ends a run any more, and an entry may wait for one
      async () => waiter.close(),
      async () => jobWaiter.close(),
      () => audit.settled(),
      () => auditChain.stop({ signal: grace.signal }),
      async () => grace.close(),
      async () => forkServer?.close(),
      () => lease.release(),
      () => storage.close(),
      async () => directory?.release(),
      async () => events.close(),
    ])
    logger.info('gitferry has stopped')
  }

  return {
    events,
    authenticator,
    version: options.version,
    get ready() {
      return ready
    },
    readiness: () => readiness.look(),
    queueSize: () => adapter.size(),
    start() {
      if (stopping) return Promise.reject(new GitferryError('CLOSED', 'gitferry has been stopped.'))
      starting ??= open().catch(async (error: unknown) => {
        starting = undefined
        await lease.release()
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
      // a second call is heard too
      grace?.shorten(graceMs)
      grace ??= new Grace(graceMs)
      stopping ??= close(grace)
      return stopping
    },
    contextFor(principal) {
      const { repoIds } = principal
      const seen = repoIds == null ? storage : new RestrictedStorage(storage, repoIds)
      const share = shareOf(principal)
      const [runner, streamer] = [callerRunner.of(share), callerStreamer.of(share)]
      return { ...context, storage: seen, runner, streamer, principal }
    },
    refused: (principal, subject, error) => audit.refused(principal, subject, error),
  }
}
