import { join } from 'node:path'
import { ByteCache } from '../git/content/byte-cache.ts'
import { KeptStores } from '../git/kept-stores.ts'
import { parseAllowOutgoing } from '../git/remote-url.ts'
import { systemLookup } from '../git/resolve-host.ts'
import type { RetireOptions } from '../git/retire-store.ts'
import { PushHooks } from '../git/serving/push-hooks.ts'
import { SshSessions } from '../git/ssh/ssh-sessions.ts'
import { Stores } from '../git/store.ts'
import { OpenSshKeyOpener } from '../keys/openssh-key-opener.ts'
import { AbandonedRuns } from '../services/abandoned-runs.ts'
import { AfterPush } from '../services/after-push.ts'
import { AfterRun } from '../services/after-run.ts'
import { createAuditChain } from '../services/audit-chain.ts'
import { AuditLog } from '../services/audit-log.ts'
import { Authenticator } from '../services/authenticator.ts'
import { ChannelSender } from '../services/channel-sender.ts'
import { Cloner } from '../services/cloner.ts'
import { DeliveryDispatcher } from '../services/delivery-dispatcher.ts'
import { JobQueue } from '../services/job-queue.ts'
import { JobRecorder } from '../services/job-recorder.ts'
import { JobWaiter } from '../services/job-waiter.ts'
import { JobWorker } from '../services/job-worker.ts'
import { KeptChecks } from '../services/kept-checks.ts'
import { KeptExpiry } from '../services/kept-expiry.ts'
import { KeptValues } from '../services/kept-values.ts'
import { Notifiers } from '../services/notifiers.ts'
import { DeliveryOutbox } from '../services/outbox.ts'
import { PendingRuns } from '../services/pending-runs.ts'
import { PlanApplier } from '../services/plan-applier.ts'
import { PlanExpiry } from '../services/plan-expiry.ts'
import { RepoSizes } from '../services/repo-sizes.ts'
import { RunQueue } from '../services/run-queue.ts'
import { RunRecorder } from '../services/run-recorder.ts'
import { RunWaiter } from '../services/run-waiter.ts'
import { RunWorker } from '../services/run-worker.ts'
import { Scheduler } from '../services/scheduler.ts'
import { SealedValues } from '../services/sealed-values.ts'
import { SideAccess } from '../services/side-access.ts'
import { StoreCare } from '../services/store-care.ts'
import { StoredPlanReader } from '../services/stored-plan-reader.ts'
import { SyncPlanner } from '../services/sync-planner.ts'
import { TaskSchedule } from '../services/task-schedule.ts'
import { WebhookGate } from '../webhooks/webhook-gate.ts'
import type { CheckpointFileSystem } from './checkpoint-file.ts'
import { CheckpointFile, CheckpointInMemory } from './checkpoint-file.ts'
import { DeferredRunner } from './deferred-runner.ts'
import { EventBus } from './event-bus.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { HostPlaces } from './host-places.ts'
import { InProcessQueue } from './in-process-queue.ts'
import { KeyedLock } from './keyed-lock.ts'
import { LimitedRunner } from './limited-runner.ts'
import { LimitedStreamer } from './limited-streamer.ts'
import { ManagedStorage } from './managed-storage.ts'
import type { ResolvedOptions } from './options.ts'

/** Gits that callers may have at the same time, each half of them, besides those of runs and clones; and how many more may wait. */
const callerGits = { atOnce: 16, mayWait: 1_000 }

/** Git clients that are served at the same time, each caller half of them; and how many more may wait. */
const gitClients = { atOnce: 16, mayWait: 1_000 }

/** What is remembered of listings and last commits. A directory of a thousand files takes half a megabyte. */
const contentCacheBytes = 64 * 1024 * 1024

/** Clones at the same time. */
const jobConcurrency = 2

/** Builds the parts; does no I/O. `fs` keeps the checkpoint of the audit log. */
export function createParts(options: ResolvedOptions, fs: CheckpointFileSystem) {
  const { clock, dataDir, logger } = options
  const storage = new ManagedStorage(options.storage)
  const events = new EventBus({ logger })
  const runner = new DeferredRunner()
  const lock = new KeyedLock()
  const audit = new AuditLog({
    storage,
    clock,
    logger,
    sign: (entry) => auditChain.sign(entry),
    wakeSealer: () => auditChain.wake(),
  })
  const schedule = new TaskSchedule({ clock, random: options.random })
  const { concurrency, concurrencyPerHost: perHost } = options
  const places = new HostPlaces(perHost)
  const adapter = options.queue ?? new InProcessQueue({ concurrency, places, logger })
  const queue = new RunQueue({ adapter, storage, clock, events, logger })
  const keptStores = new KeptStores({ runner, dataDir, clock, logger, lock })
  const retiring: RetireOptions = { adopt: (source, from) => keptStores.adopt(source, from) }
  const onSetAside = (uuid: string) => storeCare.checkKept(uuid)
  const { repoRoots } = options
  const stores = new Stores({ runner, dataDir, repoRoots, clock, logger, retiring, onSetAside })
  const letGo = (uuid: string) => keptExpiry.look(uuid)
  const kept = new KeptValues({ storage, clock, logger, keptStores, letGo })
  const recover = () => kept.recover()
  const keptExpiry = new KeptExpiry({ storage, clock, logger, keptStores, recover })
  const abandoned = new AbandonedRuns({
    storage,
    clock,
    logger,
    queue,
    audit,
    isActive: (id) => worker.isActive(id),
  })
  const planExpiry = new PlanExpiry({ storage, clock })
  const housekeeping = async () => {
    keptExpiry.begin()
    if (!adapter.capabilities.shared) await abandoned.takeUp()
    await planExpiry.expire()
    await auditChain.look()
  }
  const wakeDispatcher = () => dispatcher.wake()
  const outbox = new DeliveryOutbox({ clock, logger, events, wakeDispatcher })
  const scheduler = new Scheduler({ storage, clock, logger, queue, schedule, outbox, housekeeping })
  const wakeScheduler = () => scheduler.wake()
  const settings = {
    dataDir,
    repoRoots: options.repoRoots,
    trustedOwners: options.trustedOwners,
    allowOutgoing: options.allowOutgoing.map(parseAllowOutgoing),
    strictHostKeys: options.strictHostKeys,
    maxPushBytes: options.maxPushBytes,
    pushTimeoutMs: options.pushTimeoutMs,
  }
  const sizes = new RepoSizes({ storage, stores, clock, logger })
  const contentCache = new ByteCache({ maxBytes: contentCacheBytes })
  const lookup = systemLookup
  const sealed = new SealedValues({ box: options.secrets })
  const checkpoints = options.storage.capabilities.durable
    ? new CheckpointFile({ path: join(dataDir, 'audit.checkpoint'), fs })
    : new CheckpointInMemory()
  const auditChain = createAuditChain({ storage, clock, logger, sealed, checkpoints })
  const notifiers = new Notifiers(options.notifiers)
  const fetch = createGuardedFetch({ lookup, allowOutgoing: settings.allowOutgoing })
  const channelSender = new ChannelSender({ notifiers, sealed, fetch, clock, logger })
  const { random } = options
  const dispatcher = new DeliveryDispatcher({ storage, clock, logger, events, sender: channelSender, random })
  const ssh = new SshSessions({ dataDir, searchPath: options.searchPath, logger })
  const keyOpener = new OpenSshKeyOpener({ logger })
  const shared = {
    storage,
    clock,
    logger,
    events,
    audit,
    auditChain,
    runner,
    stores,
    keptStores,
    kept,
    keptExpiry,
    sizes,
    afterPush: new AfterPush({ runner, stores, sizes, lock, logger }),
    contentCache,
    settings,
    lock,
    lookup,
    ssh,
    keyOpener,
    sealed,
    notifiers,
    channelSender,
    outbox,
    wakeDispatcher,
  }
  const planner = new SyncPlanner({ ...shared, access: new SideAccess(shared) })
  const pendingRuns = new PendingRuns({ storage, clock, events, logger, queue })
  const recorder = new RunRecorder({ storage, clock, events, logger, schedule, kept, outbox, wakeScheduler })
  const applier = new PlanApplier({ ...shared, kept })
  const afterRun = new AfterRun({ stores, sizes, logger })
  const storedPlans = new StoredPlanReader({ storage, planner, kept })
  const { networkRetries } = options
  const worker = new RunWorker({
    ...shared,
    planner,
    pendingRuns,
    recorder,
    applier,
    afterRun,
    storedPlans,
    random,
    networkRetries,
  })
  const keptChecks = new KeptChecks({ storage, keptStores, runner, lock, clock, logger })
  const storeCare: StoreCare = new StoreCare({ storage, stores, keptChecks, lock, clock, logger })
  const waiter = new RunWaiter({ events })
  const cloner = new Cloner(shared)
  const jobRecorder = new JobRecorder(shared)
  const jobWorker = new JobWorker({ ...shared, cloner, jobRecorder })
  const jobAdapter = new InProcessQueue({ concurrency: jobConcurrency, places, logger })
  const jobs = { cloner, jobRecorder, jobQueue: new JobQueue({ adapter: jobAdapter, events }) }
  const jobWaiter = new JobWaiter({ events })
  const webhookGate = new WebhookGate({ ...options.webhooks, clock })
  const authenticator = new Authenticator({ storage, sealed, clock, logger })
  return {
    /** What the services are built from, besides who is asking. */
    context: {
      ...shared,
      ...jobs,
      jobWaiter,
      queue,
      schedule,
      recorder,
      waiter,
      webhookGate,
      wakeScheduler,
      pushHooks: new PushHooks({ dataDir }),
    },
    /** The runners of whoever asks: they keep to a number of gits, which runs do not share. */
    callerRunner: new LimitedRunner({ runner, ...callerGits }),
    callerStreamer: new LimitedStreamer({ streamer: runner, ...gitClients }),
    adapter,
    authenticator,
    jobWorker,
    pendingRuns,
    scheduler,
    worker,
    dispatcher,
    storeCare,
  }
}
