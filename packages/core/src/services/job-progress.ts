import type { JobRow } from '../contract/index.ts'
import type { GitProgress } from '../git/command.ts'
import type { ServiceContext } from './context.ts'
import type { JobRecorder } from './job-recorder.ts'

const storedEveryMs = 1_000

/** Tells how far a job has come: every step to whoever listens, and once a second to the storage. */
export class JobProgress {
  readonly #job: JobRow
  readonly #context: Pick<ServiceContext, 'clock' | 'events'> & { readonly jobRecorder: JobRecorder }
  #last = ''
  #storedAt = Number.NEGATIVE_INFINITY
  #storing: Promise<void> | undefined

  constructor(
    job: JobRow,
    context: Pick<ServiceContext, 'clock' | 'events'> & { readonly jobRecorder: JobRecorder },
  ) {
    this.#job = job
    this.#context = context
  }

  /** Never waits, never throws. */
  step({ stage, percent, bytes }: GitProgress): void {
    const { clock, events, jobRecorder } = this.#context
    const key = `${stage} ${percent} ${bytes}`
    if (key === this.#last) return
    this.#last = key
    const counted = { ...(percent !== undefined && { percent }), ...(bytes !== undefined && { bytes }) }
    events.emit('job.progress', { job_id: this.#job.id, stage, ...counted })
    const now = clock.now()
    if (this.#storing !== undefined || now - this.#storedAt < storedEveryMs) return
    this.#storedAt = now
    this.#storing = jobRecorder.progress(this.#job, { stage, ...counted }).finally(() => {
      this.#storing = undefined
    })
  }

  /** Waits until nothing is being stored. */
  async settled(): Promise<void> {
    await this.#storing
  }
}
