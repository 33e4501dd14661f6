import type { JobRow, Principal } from '../contract/index.ts'
import { fromUnknown, GitferryError } from '../errors/index.ts'
import { handOver } from '../git/clone-place.ts'
import { admitMembers } from './admit-members.ts'
import { announceLogins } from './announce-logins.ts'
import { findCloneInput, placeOf, readCloneInput } from './clone-input.ts'
import type { Cloner } from './cloner.ts'
import type { ServiceContext } from './context.ts'
import { findProject } from './find-or-refuse.ts'
import { JobProgress } from './job-progress.ts'
import type { JobRecorder } from './job-recorder.ts'
import { hostedRepo, lookAtRepo, type NewRepo, type StoredRepo } from './new-repo.ts'
import { toRepo } from './to-repo.ts'
import { Unrecorded } from './unrecorded.ts'

type WorkerContext = Omit<ServiceContext, 'principal' | 'queue' | 'schedule'> & {
  readonly cloner: Cloner
  readonly jobRecorder: JobRecorder
}

/** Carries out one job: claims it, clones, and records the repository together with the job's end. */
export class JobWorker {
  readonly #context: WorkerContext

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /** Does a job; nothing when it is not pending any more. */
  async work(id: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { jobRecorder: recorder, logger } = this.#context
    const job = await recorder.claim(id)
    if (job === undefined) return
    const progress = new JobProgress(job, this.#context)
    const deadline = this.#deadline(job, signal)
    try {
      const { stored, ended } = await this.#carryOut(job, progress, deadline.signal)
      await this.#tell(job, stored)
      recorder.announce(ended)
    } catch (thrown) {
      if (thrown instanceof Unrecorded) throw thrown
      await progress.settled()
      const error = deadline.passed() ? tooLong(job) : fromUnknown(thrown)
      if (signal.aborted && signal.reason === 'drained') await recorder.putBack(job)
      else if (signal.aborted) await recorder.cancel(job)
      else await this.#fail(job, error)
      if (error.code === 'INTERNAL') logger.error('a job failed for no known reason', { job_id: id, error })
    } finally {
      deadline.clear()
    }
  }

  async #carryOut(job: JobRow, progress: JobProgress, signal: AbortSignal) {
    const { audit, cloner, jobRecorder: recorder } = this.#context
    await cloner.clone(job, { signal, onProgress: (step) => progress.step(step) })
    await progress.settled()
    try {
      // from here on nothing is given up: it stands whole, and only its record is missing
      const made = await this.#look(job)
      const subject = { type: 'create', object_type: 'repo', object_id: null } as const
      return await recorder.finish(job, made, async (session, { repo }) => {
        if (repo.project_id !== null) await findProject(session, repo.project_id, 'project_id')
        if (repo.is_hosted) {
          await admitMembers(session, repo, { ofProject: readCloneInput(job).import_members })
        }
        const details = { name: repo.name, path: repo.path, job_id: job.id }
        await audit.record(session, operatorOf(job), { ...subject, object_id: repo.id }, details)
      })
    } catch (error) {
      // one that nobody could record stands until the next start
      if (!(error instanceof Unrecorded)) await cloner.discard(job)
      throw error
    }
  }

  #look(job: JobRow): Promise<NewRepo> {
    const { uuid, path, group_name, project_id, description, visibility } = readCloneInput(job)
    const { name } = job
    const place = placeOf(job, this.#context.settings)
    const standing = { group_name, project_id, description, visibility }
    if (path === null) return hostedRepo({ name, path: place.path, uuid, ...standing }, this.#context)
    return lookAtRepo(path, { name, uuid, ssh_key_id: null, credential_id: null }, this.#context)
  }

  async #fail(job: JobRow, error: GitferryError): Promise<void> {
    const { audit, jobRecorder: recorder } = this.#context
    const subject = { type: 'create', object_type: 'repo', object_id: null } as const
    await audit
      .ownAttempt(operatorOf(job), subject, async (draft) => {
        draft.note({ details: { name: job.name, job_id: job.id } })
        throw error
      })
      .catch(() => {})
    await recorder.fail(job, error)
  }

  /** The job has ended well: what fails from here on is logged and no more. */
  async #tell(job: JobRow, { repo: row, logins }: StoredRepo): Promise<void> {
    const { events, logger } = this.#context
    try {
      await handOver(placeOf(job, this.#context.settings))
      await announceLogins(logins, this.#context)
      events.emit('repo.registered', { repo: await toRepo(row, this.#context) })
    } catch (error) {
      logger.warn('a cloned repository could not be announced', { job_id: job.id, repo_id: row.id, error })
    }
  }

  /** The job's own wall clock, over all of its git commands. */
  #deadline(job: JobRow, signal: AbortSignal) {
    const controller = new AbortController()
    let passed = false
    // one that cannot be read has no time limit, and fails at once
    const { timeout_ms } = findCloneInput(job) ?? {}
    const giveUp = () => {
      passed = true
      controller.abort(tooLong(job))
    }
    const cancelTimer = timeout_ms === undefined ? () => {} : this.#context.clock.setTimer(timeout_ms, giveUp)
    return {
      signal: AbortSignal.any([signal, controller.signal]),
      passed: () => passed && !signal.aborted,
      clear: cancelTimer,
    }
  }
}

const operatorOf = ({ operator }: JobRow): Principal => ({ user: operator })

const tooLong = (job: JobRow): GitferryError =>
  new GitferryError(
    'GIT_TIMEOUT',
    `The clone took longer than it may (timeout_ms ${readCloneInput(job).timeout_ms}) and was ended.`,
  )
