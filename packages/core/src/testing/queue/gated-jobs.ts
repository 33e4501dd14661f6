import assert from 'node:assert/strict'
import type { QueueJob, QueueWorker } from '../../ports/index.ts'

interface Running {
  readonly job: QueueJob
  readonly signal: AbortSignal
  readonly gate: PromiseWithResolvers<void>
}

/** A worker whose every job runs until the case lets it end, so that nothing hangs on how fast a machine is. */
export class GatedJobs {
  /** Every job that was handed over, in that order; one that is handed over twice stands here twice. */
  readonly started: QueueJob[] = []
  readonly #running = new Map<number, Running>()
  #open = false

  readonly work: QueueWorker = async (job, { signal }) => {
    assert.ok(!this.#running.has(job.id), `job ${job.id} was handed over while it ran`)
    this.started.push(job)
    if (this.#open) return
    const gate = Promise.withResolvers<void>()
    this.#running.set(job.id, { job, signal, gate })
    try {
      await gate.promise
    } finally {
      this.#running.delete(job.id)
    }
  }

  /** The ids of `started`. */
  get order(): number[] {
    return this.started.map(({ id }) => id)
  }

  isRunning(id: number): boolean {
    return this.#running.has(id)
  }

  /** The signal that a running job was given. */
  signal(id: number): AbortSignal {
    return this.#find(id).signal
  }

  /** Lets a running job end. */
  release(id: number): void {
    this.#find(id).gate.resolve()
  }

  /** Lets a running job fail. */
  fail(id: number, error: Error): void {
    this.#find(id).gate.reject(error)
  }

  /** Lets every job end, those to come as soon as they start. */
  releaseAll(): void {
    this.#open = true
    for (const { gate } of this.#running.values()) gate.resolve()
  }

  #find(id: number): Running {
    const running = this.#running.get(id)
    assert.ok(running, `job ${id} does not run`)
    return running
  }
}
