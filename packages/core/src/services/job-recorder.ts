import { type JobRow, type JobStatus, system } from '../contract/index.ts'
import type { GitferryError } from '../errors/index.ts'
import type { GitProgress } from '../git/command.ts'
import type { Changes, StorageSession } from '../ports/index.ts'
import { findCloneInput, readCloneInput } from './clone-input.ts'
import type { ServiceContext } from './context.ts'
import { type NewRepo, type StoredRepo, storeRepo } from './new-repo.ts'
import { newestFirst } from './pages.ts'
import { persist } from './persist.ts'
import { toJob } from './to-job.ts'
import { unfinishedJobs } from './unfinished-jobs.ts'
import { writeRemote } from './write-remote.ts'

type RecorderContext = Pick<ServiceContext, 'audit' | 'storage' | 'clock' | 'events' | 'logger' | 'sealed'>

type Beside = (session: StorageSession) => Promise<void>

const noStage = { stage: null, percent: null } as const

/** Writes what becomes of jobs: each step is one transaction, events follow the commit. */
export class JobRecorder {
  readonly #context: RecorderContext

  constructor(context: RecorderContext) {
    this.#context = context
  }

  /** Makes a pending job a running one. `undefined`: it is not pending any more. */
  async claim(id: number): Promise<JobRow | undefined> {
    const { events, storage } = this.#context
    const job = await storage.transaction(async (session) => {
      const jobs = session.collection('jobs')
      const begun = { status: 'running', started_at: this.#now(), ...noStage } as const
      return (await jobs.updateWhere({ id, status: 'pending' }, begun)) === 0 ? undefined : jobs.get(id)
    })
    if (job) events.emit('job.started', { job: toJob(job) })
    return job
  }

  /** What git is at, as long as this attempt goes on. A failure is logged and no more. */
  async progress({ id, attempt }: JobRow, { stage, percent }: GitProgress): Promise<void> {
    const { logger, storage } = this.#context
    try {
      const where = { id, attempt, status: 'running' } as const
      await storage.collection('jobs').updateWhere(where, { stage, percent: percent ?? null })
    } catch (error) {
      logger.warn('the progress of a job could not be stored', { job_id: id, error })
    }
  }

  /**
   * Records the repository that a job has made, with its remote and what opens it, and the job's end, which is still to
   * be announced. A record of before a commit that seemed to fail is found again.
   * @throws REPO_EXISTS, SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND, INVALID_INPUT; Unrecorded
   */
  async finish(
    job: JobRow,
    made: NewRepo,
    beside: (session: StorageSession, stored: StoredRepo) => Promise<void>,
  ): Promise<{ readonly stored: StoredRepo; readonly ended: JobRow }> {
    return persist(this.#context, async (session) => {
      const [known] = await session.collection('repos').find({ where: { uuid: made.row.uuid }, limit: 1 })
      const stored = known
        ? { repo: known, remotes: [], logins: [] }
        : await this.#storeWithRemote(session, job, made)
      if (!known) await beside(session, stored)
      return { stored, ended: await this.#end(session, job, { status: 'success', repo_id: stored.repo.id }) }
    })
  }

  /** Ends a job that an error cut off, and forgets the login that stood in its URL. */
  async fail(job: JobRow, { code, message }: GitferryError): Promise<void> {
    const outcome = { status: 'failed', error_code: code, error_message: message } as const
    await this.#giveUp(job, outcome)
  }

  /** Ends a job on a person's word. */
  async cancel(job: JobRow): Promise<void> {
    await this.#giveUp(job, canceled)
  }

  /**
   * Ends a job that nobody works on. `beside` joins the same transaction. Answers false, and changes nothing, when the
   * job is not any more what it was.
   */
  async cancelUnworked(job: JobRow, beside: Beside): Promise<boolean> {
    const ended = await this.#context.storage.transaction(async (session) => {
      const { id, status, attempt } = job
      const jobs = session.collection('jobs')
      if ((await jobs.updateWhere({ id, status, attempt }, this.#outcome(job, canceled))) === 0) return
      const forgotten = await this.#forgetLogin(session, job)
      await beside(session)
      return { job: (await jobs.get(id)) ?? job, forgotten }
    })
    if (ended === undefined) return false
    this.announce(ended.job, ended.forgotten)
    return true
  }

  /** Puts a job that a shutdown cut short back among the pending ones; the next start takes it up again. */
  async putBack({ id, attempt }: JobRow): Promise<void> {
    const changes = { ...again, attempt: attempt + 1 }
    await persist(this.#context, (session) => session.collection('jobs').update(id, changes))
  }

  /**
   * Called at start, when no worker lives: what a crash left `running` is pending again, with one attempt more.
   * Answers every pending job, oldest first.
   */
  async recover(): Promise<JobRow[]> {
    return this.#context.storage.transaction(async (session) => {
      const jobs = session.collection('jobs')
      for (const { id, attempt } of await jobs.find({ where: { status: 'running' } })) {
        await jobs.update(id, { ...again, attempt: attempt + 1 })
      }
      return jobs.find({ where: { status: 'pending' } })
    })
  }

  /** The last hundred jobs that came to nothing, newest first: what could not be removed then may be left of them. */
  givenUp(): Promise<JobRow[]> {
    const where = { status: { in: ['failed', 'canceled'] } } as const
    return this.#context.storage.collection('jobs').find({ where, order: newestFirst, limit: 100 })
  }

  async #storeWithRemote(session: StorageSession, job: JobRow, made: NewRepo): Promise<StoredRepo> {
    const { repo, remotes, logins } = await storeRepo(session, made, { user: job.operator }, this.#context)
    const { ssh_key_id, credential_id } = readCloneInput(job)
    const before = remotes.find(({ name }) => name === origin)
    const urls = before ? null : { fetch_url: job.url, push_url: job.url, login: null }
    const given = { ssh_key_id, credential_id }
    const { row } = await writeRemote(session, { repo, name: origin, before, urls, given }, this.#context)
    return { repo, remotes: [...remotes.filter(({ id }) => id !== row.id), row], logins }
  }

  async #giveUp(job: JobRow, outcome: Outcome): Promise<void> {
    const ended = await persist(this.#context, async (session) => ({
      forgotten: await this.#forgetLogin(session, job),
      job: await this.#end(session, job, outcome),
    }))
    this.announce(ended.job, ended.forgotten)
  }

  async #end(session: StorageSession, job: JobRow, outcome: Outcome): Promise<JobRow> {
    return (await session.collection('jobs').update(job.id, this.#outcome(job, outcome))) ?? job
  }

  #outcome(job: JobRow, outcome: Outcome): Outcome {
    const now = this.#context.clock.now()
    const duration_ms = job.started_at === null ? null : Math.max(0, now - Date.parse(job.started_at))
    return { ...outcome, ...noStage, finished_at: new Date(now).toISOString(), duration_ms }
  }

  /** Tells of a job's end. */
  announce(job: JobRow, forgotten: number | null = null): void {
    const { events } = this.#context
    if (forgotten !== null) events.emit('credential.deleted', { id: forgotten })
    events.emit('job.finished', { job: toJob(job) })
  }

  /** Deletes the credential that was made of the login in a job's URL, unless something else uses it. Answers its id. */
  async #forgetLogin(session: StorageSession, job: JobRow): Promise<number | null> {
    const { taken_credential_id: id = null } = findCloneInput(job) ?? {}
    if (id === null || (await isUsed(session, id, job))) return null
    const { audit } = this.#context
    if (!(await session.collection('credentials').delete(id))) return null
    const subject = { type: 'delete', object_type: 'credential', object_id: id } as const
    await audit.record(session, system, subject, { job_id: job.id })
    return id
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString()
  }
}

type Outcome = Changes<JobRow> & { readonly status: JobStatus }

const canceled = { status: 'canceled', error_message: 'The job was canceled.' } as const
const again = { status: 'pending', started_at: null, ...noStage } as const
const origin = 'origin'

async function isUsed(session: StorageSession, id: number, job: JobRow): Promise<boolean> {
  const where = { credential_id: id }
  if ((await session.collection('remotes').count(where)) > 0) return true
  if ((await session.collection('repos').count(where)) > 0) return true
  const others = await unfinishedJobs(session)
  return others.some((other) => other.id !== job.id && other.input.credential_id === id)
}
