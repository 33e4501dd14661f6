import { setImmediate } from 'node:timers/promises'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import {
  type GitferryEventName,
  type NotificationEvent,
  type Principal,
  type RunRow,
  type RunStatus,
  type SyncTaskRow,
  syncTaskDefaults,
} from '../../src/contract/index.ts'
import { type ErrorCode, GitferryError } from '../../src/errors/index.ts'
import type { QueueJob } from '../../src/ports/index.ts'
import { RestrictedStorage } from '../../src/rights/restricted-storage.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { InProcessQueue } from '../../src/runtime/in-process-queue.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { AuditLog } from '../../src/services/audit-log.ts'
import { DeliveryOutbox } from '../../src/services/outbox.ts'
import { PendingRuns } from '../../src/services/pending-runs.ts'
import { RunLog } from '../../src/services/run-log.ts'
import { RunQueue } from '../../src/services/run-queue.ts'
import { RunRecorder } from '../../src/services/run-recorder.ts'
import { Scheduler } from '../../src/services/scheduler.ts'
import { type SyncTasksContext, SyncTasksService } from '../../src/services/sync-tasks.ts'
import { TaskSchedule } from '../../src/services/task-schedule.ts'
import { type WebhooksContext, WebhooksService } from '../../src/services/webhooks.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

type Outcome = { readonly status: RunStatus; readonly error_code: ErrorCode | null }

const principal: Principal = { user: 'alice' }
const refs = { refs_total: 1, refs_changed: 0, refs_failed: 0, commit_range: '' }

/**
 * What takes triggers, runs and their ends, over a storage in memory and a clock that the test moves. A run does nothing:
 * it goes on until the test lets it end.
 */
export async function runParts({ concurrency = 4 } = {}) {
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const logger = { debug() {}, info() {}, warn, error: warn }
  const events = new EventBus({ logger })
  const schedule = new TaskSchedule({ clock, random: () => 0 })
  const adapter = new InProcessQueue({ concurrency, logger })
  const queue = new RunQueue({ adapter, storage, clock, events, logger })
  const outbox = new DeliveryOutbox({ clock, logger, events, wakeDispatcher: () => {} })
  const housekeeping = async () => {}
  const scheduler = new Scheduler({ storage, clock, logger, queue, schedule, outbox, housekeeping })
  const wakeScheduler = () => scheduler.wake()
  const kept = { settle: async () => {} }
  const recorder = new RunRecorder({ storage, clock, events, logger, schedule, kept, outbox, wakeScheduler })
  const pendingRuns = new PendingRuns({ storage, clock, events, logger, queue })
  const audit = new AuditLog({ storage, clock, logger, wakeSealer: () => {} })
  audit.open()
  const webhookGate = { admit() {}, expectSignature() {}, verify() {} }
  const context = {
    ...{ audit, clock, events, logger, outbox, principal, queue, schedule, storage },
    ...{ wakeScheduler, webhookGate },
  } as unknown as SyncTasksContext & WebhooksContext
  const tasks = new SyncTasksService(context)
  const webhooks = new WebhooksService(context)
  /** The tasks as a caller sees them who may reach these repositories alone. */
  const tasksWithin = (...repoIds: number[]) =>
    new SyncTasksService({ ...context, storage: new RestrictedStorage(storage, repoIds) })

  const begun: QueueJob[] = []
  const running = new Map<number, (outcome: Outcome) => void>()
  await adapter.start(async (job) => {
    const claimed = await pendingRuns.claim(job)
    if (claimed === undefined) return
    begun.push(job)
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    running.set(job.id, resolve)
    const { status, error_code } = await promise
    running.delete(job.id)
    const log = new RunLog(claimed.run, { storage, clock, events, logger })
    if (status === 'failed') {
      await recorder.fail(claimed.run, new GitferryError(error_code ?? 'INTERNAL', 'it broke'), log)
    } else if (status === 'canceled') await recorder.cancel(claimed.run, log)
    else {
      const ended = { ...refs, status, error_code, error_message: error_code && 'it broke' }
      await recorder.finish(claimed.run, ended as Parameters<RunRecorder['finish']>[1], [], log)
    }
  })

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; !(await condition()); turn += 1) {
      if (turn > 2_000) throw new Error(`it did not happen that ${what}`)
      await setImmediate()
    }
  }

  /** Ends a run that is under way, and waits until that is stored. */
  async function end(id: number, status: RunStatus = 'success', error_code: ErrorCode | null = null) {
    await until(`run ${id} is under way`, () => running.has(id))
    running.get(id)?.({ status, error_code })
    await until(`run ${id} has ended`, async () => (await runOf(id)).finished_at !== null)
    await until('the queue is up to date', () => adapter.size().running === running.size)
  }

  async function runOf(id: number): Promise<RunRow> {
    const run = await storage.collection('runs').get(id)
    if (run === undefined) throw new Error(`there is no run ${id}`)
    return run
  }

  async function addTask(more: Partial<SyncTaskRow> = {}): Promise<SyncTaskRow> {
    const at = new Date(clock.now()).toISOString()
    const row = {
      ...structuredClone(syncTaskDefaults),
      ...{ name: 'main-to-backup', repo_id: 1, source_remote: 'origin', source_branch: 'main' },
      ...{ target_repo_id: 1, target_remote: 'backup', target_branch: 'main' },
      ...{ paused_at: null, paused_reason: null, failure_count: 0, next_run_at: null },
      ...{ last_run_at: null, last_status: null, created_at: at, updated_at: at },
      ...more,
    }
    const next_run_at = schedule.nextRunAt(row)
    return storage.collection('tasks').insert({ ...row, next_run_at })
  }

  const addChannel = (listens: NotificationEvent[]) =>
    storage.collection('channels').insert({
      ...{ type: 'board', name: 'one', sealed_config: '', events: listens, template: null, enabled: true },
      ...{ created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' },
    })

  const emitted: { readonly name: GitferryEventName; readonly event: unknown }[] = []
  const listen = (...names: GitferryEventName[]) => {
    for (const name of names) events.on(name, (event) => void emitted.push({ name, event }))
  }

  return {
    ...{ adapter, addChannel, addTask, begun, clock, emitted, end, listen, principal, queue, recorder },
    ...{ pendingRuns, running, runOf, schedule, scheduler, storage, tasks, tasksWithin, until, warnings },
    webhooks,
    /** A signed webhook for a task. */
    webhook: (task_id: number) =>
      webhooks.taskSync({
        body: Buffer.from(JSON.stringify({ task_id })),
        headers: new Headers({ 'Content-Type': 'application/json' }),
        ip: '127.0.0.1',
      }),
    taskOf: async (id: number) => (await storage.collection('tasks').get(id))!,
    runs: () => storage.collection('runs').find(),
    /** What channels are to be told, oldest first: event and run. */
    told: async () =>
      (await storage.collection('deliveries').find()).map(({ event, run_id }) => `${event} ${run_id}`),
    close: async () => {
      await scheduler.stop()
      for (const finish of running.values()) finish({ status: 'canceled', error_code: null })
      await adapter.stop({ timeoutMs: 0 })
    },
  }
}

export type RunParts = Awaited<ReturnType<typeof runParts>>
