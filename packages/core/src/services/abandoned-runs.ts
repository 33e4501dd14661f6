import type { RunRow } from '../contract/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { AuditLog } from './audit-log.ts'
import type { RunQueue } from './run-queue.ts'

/** A run younger than this may be on its way between storage and worker. */
const graceMs = 60_000
const batch = 1_000

/**
 * Finds accepted runs that nobody works on, and has them taken up: a storage that failed at the wrong moment must not
 * leave one `pending` or `running` until the next start. Of use only to a queue that no other process shares.
 */
export class AbandonedRuns {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #queue: RunQueue
  readonly #audit: AuditLog
  readonly #isActive: (id: number) => boolean

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly queue: RunQueue
    readonly audit: AuditLog
    /** Whether a worker of this process is at a run. */
    readonly isActive: (id: number) => boolean
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#queue = deps.queue
    this.#audit = deps.audit
    this.#isActive = deps.isActive
  }

  /** May be called at any time; handing over a run that waits already changes nothing. */
  async takeUp(): Promise<void> {
    const before = new Date(this.#clock.now() - graceMs).toISOString()
    const runs = this.#storage.collection('runs')
    const running = await runs.find({
      where: { status: 'running', started_at: { lt: before } },
      limit: batch,
    })
    for (const run of running) {
      if (!this.#isActive(run.id)) await this.#putBack(run)
    }
    const waiting = await runs.find({ where: { status: 'pending', queued_at: { lt: before } }, limit: batch })
    for (const run of waiting) await this.#queue.handOver({ run, isNew: false })
  }

  async #putBack(run: RunRow): Promise<void> {
    const changes = { status: 'pending', started_at: null, attempt: run.attempt + 1 } as const
    const where = { id: run.id, status: 'running', attempt: run.attempt } as const
    await this.#storage.transaction(async (session) => {
      if ((await session.collection('runs').updateWhere(where, changes)) === 0) return
      await this.#audit.recoverRun(session, run.id)
      this.#logger.warn('a run that nobody worked on runs again', { run_id: run.id })
    })
  }
}
