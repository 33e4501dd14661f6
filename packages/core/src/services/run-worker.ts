import type { RunPhase, RunRow, SyncTaskRow } from '../contract/index.ts'
import { fromUnknown, GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitProgress } from '../git/command.ts'
import type { QueueJob } from '../ports/index.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import type { ServiceContext } from './context.ts'
import type { PendingRuns } from './pending-runs.ts'
import type { PlanProgress } from './plan-progress.ts'
import { ProgressLines } from './progress-lines.ts'
import { ProgressPace } from './progress-pace.ts'
import { reposOf } from './repos-of.ts'
import { RunLog } from './run-log.ts'
import { SyncAttempt, type SyncAttemptContext } from './sync-attempt.ts'
import { Unrecorded } from './unrecorded.ts'

type WorkerContext = SyncAttemptContext &
  Pick<ServiceContext, 'logger'> & {
    readonly lock: KeyedLock
    readonly pendingRuns: PendingRuns
  }

/** Carries out one run: claim it, let an attempt do it, and record one that an error cut off. */
export class RunWorker {
  readonly #context: WorkerContext
  readonly #active = new Set<number>()

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /** Whether a run is being worked on here. */
  isActive(id: number): boolean {
    return this.#active.has(id)
  }

  /** Does the run that a job names; nothing when it is not pending any more. */
  async work(job: QueueJob, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    try {
      await this.#context.lock.hold(job.key, () => this.#workAlone(job, signal), { signal })
    } catch (error) {
      // given up while it waited for its repository: the run was not begun, and is as it was
      if (!signal.aborted || !isGitferryError(error, 'ABORTED')) throw error
    }
  }

  async #workAlone(job: QueueJob, signal: AbortSignal): Promise<void> {
    const { pendingRuns, recorder } = this.#context
    const claimed = await pendingRuns.claim(job)
    if (claimed === undefined) return
    const { run, task } = claimed
    const log = new RunLog(run, this.#context)
    const deadline = this.#deadline(task, signal)
    const steps = { log, progress: this.#progress(run, log), signal: deadline.signal }
    const attempt = new SyncAttempt(run, task, steps, this.#context)
    this.#active.add(run.id)
    try {
      log.add(
        `run ${run.id} of task ${task.id} "${task.name}", attempt ${run.attempt}, trigger ${run.trigger}`,
      )
      await attempt.carryOut()
    } catch (thrown) {
      if (thrown instanceof Unrecorded) throw thrown
      const error = deadline.passed() ? tooLong(task) : fromUnknown(thrown)
      await this.#clearUp(run.repo_id, error)
      if (signal.aborted && signal.reason === 'drained') await pendingRuns.putBack(run, log)
      else if (signal.aborted) await recorder.cancel(run, log, attempt.cutOff)
      else await recorder.fail(run, error, log, attempt.cutOff)
      if (error.code === 'INTERNAL') {
        this.#context.logger.error('a run failed for no known reason', { run_id: run.id, error })
      }
    } finally {
      this.#active.delete(run.id)
      deadline.clear()
    }
  }

  /** Steps become events, at a pace that nobody chokes on; a few of them lines of the log. */
  #progress(run: RunRow, log: RunLog): PlanProgress {
    const { clock, events } = this.#context
    const about = { run_id: run.id, task_id: run.task_id, ...reposOf(run) }
    const pace = new ProgressPace()
    const lines = new ProgressLines()
    return {
      phase(phase: RunPhase, step?: GitProgress) {
        const now = clock.now()
        const line = step && lines.next(phase, step, now)
        if (line !== undefined) log.add(line)
        if (!pace.admits(phase, step, now)) return
        const counted = step && {
          detail: step.stage,
          ...(step.percent !== undefined && { percent: step.percent }),
          ...(step.done !== undefined && { done: step.done }),
          ...(step.total !== undefined && { total: step.total }),
          ...(step.bytes !== undefined && { bytes: step.bytes }),
        }
        events.emit('run.progress', { ...about, phase, ...counted })
      },
      log: (text) => log.add(text),
    }
  }

  /** A git that had to be killed leaves files which would stop the next run. Never throws: the run is still to be recorded. */
  async #clearUp(repoId: number, cause: GitferryError): Promise<void> {
    const { afterRun, logger, storage } = this.#context
    try {
      const repo = await storage.collection('repos').get(repoId)
      if (repo !== undefined) await afterRun.clearUp(repo, cause)
    } catch (error) {
      logger.warn('a store could not be cleared up; the next start does it', { repo_id: repoId, error })
    }
  }

  /** The run's own wall clock, over all of its git commands. */
  #deadline(task: SyncTaskRow, signal: AbortSignal) {
    const controller = new AbortController()
    let passed = false
    const cancelTimer = this.#context.clock.setTimer(task.timeout_ms, () => {
      passed = true
      controller.abort(tooLong(task))
    })
    return {
      signal: AbortSignal.any([signal, controller.signal]),
      passed: () => passed && !signal.aborted,
      clear: cancelTimer,
    }
  }
}

function tooLong(task: SyncTaskRow): GitferryError {
  return new GitferryError(
    'GIT_TIMEOUT',
    `The run took longer than the task allows (timeout_ms ${task.timeout_ms}) and was ended.`,
  )
}
