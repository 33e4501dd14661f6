import {
  type PlanUpdate,
  type RunPhase,
  type RunRef,
  type RunRow,
  type SyncTaskRow,
  system,
} from '../contract/index.ts'
import { fromUnknown, GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitProgress } from '../git/command.ts'
import type { QueueJob } from '../ports/index.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import { type Conclusion, concludeRun } from '../sync/conclude-run.ts'
import { movesRef } from '../sync/plan-branch.ts'
import { toRunRef } from '../sync/to-run-ref.ts'
import type { AfterRun } from './after-run.ts'
import type { AuditDraft } from './audit-log.ts'
import { auditedUpdate } from './audited-update.ts'
import type { ServiceContext } from './context.ts'
import { landedRefs } from './landed-refs.ts'
import type { PlanApplier } from './plan-applier.ts'
import { RunLog } from './run-log.ts'
import type { RunRecorder } from './run-recorder.ts'
import type { PlanProgress, PreparedPlan, SyncPlanner } from './sync-planner.ts'
import { Unrecorded } from './unrecorded.ts'

/** A target that somebody else moves at the same time is planned anew, this many times in all. */
const rounds = 3

type WorkerContext = Pick<ServiceContext, 'storage' | 'clock' | 'logger' | 'events' | 'audit'> & {
  readonly planner: SyncPlanner
  readonly applier: PlanApplier
  readonly recorder: RunRecorder
  readonly afterRun: AfterRun
  readonly lock: KeyedLock
}

/** Carries out one run: claim it, plan, apply, record. */
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
    const { recorder } = this.#context
    const claimed = await recorder.claim(job.id)
    if (claimed === undefined) return
    const { run, task } = claimed
    const log = new RunLog(run.id, this.#context)
    const deadline = this.#deadline(task, signal)
    this.#active.add(run.id)
    try {
      log.add(
        `run ${run.id} of task ${task.id} "${task.name}", attempt ${run.attempt}, trigger ${run.trigger}`,
      )
      await this.#carryOut(run, task, log, deadline.signal)
    } catch (thrown) {
      if (thrown instanceof Unrecorded) throw thrown
      const error = deadline.passed() ? tooLong(task) : fromUnknown(thrown)
      await this.#clearUp(run.repo_id)
      if (signal.aborted && signal.reason === 'drained') await recorder.putBack(run, log)
      else if (signal.aborted) await recorder.cancel(run, log)
      else await recorder.fail(run, error, log)
      if (error.code === 'INTERNAL') {
        this.#context.logger.error('a run failed for no known reason', { run_id: run.id, error })
      }
    } finally {
      this.#active.delete(run.id)
      deadline.clear()
    }
  }

  async #carryOut(run: RunRow, task: SyncTaskRow, log: RunLog, signal: AbortSignal): Promise<void> {
    const progress = this.#progress(run, log)
    for (let round = 1; ; round += 1) {
      const last = round === rounds
      try {
        const plan = await this.#context.planner.plan(task, { signal, progress })
        if (plan.updates.length === 0) return await this.#inStep(run, plan, log)
        if (await this.#apply(run, task, plan, { log, progress, signal, last })) {
          return await this.#context.afterRun.tidy(plan.sides.source.repo, plan.store, { signal })
        }
        log.add('the target moved meanwhile; planning anew')
      } catch (error) {
        if (!isGitferryError(error, 'VERSION_CONFLICT') || last) throw error
        log.add(`${error.message} Planning anew.`)
      }
    }
  }

  async #inStep(run: RunRow, plan: PreparedPlan, log: RunLog): Promise<void> {
    const refs = await landedRefs(this.#context.storage, run, plan.oid)
    log.add(['already in step', ...refs.map((ref) => `${ref.target_ref}: ${ref.reason}`)].join('; '))
    await this.#context.recorder.finish(run, concludeRun(refs, 1), refs, log)
  }

  /** Applies one plan and records the run. False: nothing is recorded, the target moved and may be tried again. */
  async #apply(
    run: RunRow,
    task: SyncTaskRow,
    plan: PreparedPlan,
    steps: { log: RunLog; progress: PlanProgress; signal: AbortSignal; last: boolean },
  ): Promise<boolean> {
    const { audit, events, recorder, storage } = this.#context
    const { log, progress, signal } = steps
    events.emit('run.planned', { run_id: run.id, updates: [...plan.updates] })
    for (const update of plan.updates) log.add(`plan: ${describeUpdate(update)}`)
    if (!plan.updates.some(movesRef)) {
      progress.phase('planned')
      const refs = plan.updates.map((update) => toRunRef(update))
      await recorder.finish(run, concludeRun(refs, 1), refs, log)
      return true
    }
    const subject = { type: 'sync', object_type: 'run', object_id: run.id } as const
    return audit.ownAttempt(system, subject, async (draft: AuditDraft) => {
      draft.note({ details: { task_id: task.id, updates: plan.updates.map(auditedUpdate) } })
      await draft.begin()
      progress.phase('planned')
      const onDoubt = () => {
        draft.doubt()
        log.add('the push was cut off and the target could not be asked: whether it landed is not known')
      }
      const refs = await this.#context.applier.apply(run, task, plan, { signal, progress, onDoubt })
      progress.phase('pushed')
      for (const ref of refs) log.add(`${ref.target_ref}: ${ref.outcome}${ref.reason && ` (${ref.reason})`}`)
      if (!steps.last && refs.some((ref) => ref.outcome === 'stale') && refs.every(stillOpen)) {
        await storage.transaction((session) => draft.write(session, { error_code: 'GIT_REJECTED' }))
        return false
      }
      const conclusion = concludeRun(refs, 1)
      await recorder.finish(run, conclusion, refs, log, (session) =>
        draft.write(session, failureOf(conclusion)),
      )
      return true
    })
  }

  #progress(run: RunRow, log: RunLog): PlanProgress {
    const { events } = this.#context
    let last = ''
    return {
      phase(phase: RunPhase, step?: GitProgress) {
        const key = `${phase} ${step?.stage} ${step?.percent}`
        if (key === last) return
        last = key
        const { id: run_id, task_id, repo_id } = run
        const counted = step && {
          detail: step.stage,
          ...(step.percent !== undefined && { percent: step.percent }),
        }
        events.emit('run.progress', { run_id, task_id, repo_id, phase, ...counted })
      },
      log: (text) => log.add(text),
    }
  }

  /** A git that had to be killed leaves files which would stop the next run. Never throws: the run is still to be recorded. */
  async #clearUp(repoId: number): Promise<void> {
    const { afterRun, logger, storage } = this.#context
    try {
      const repo = await storage.collection('repos').get(repoId)
      if (repo !== undefined) await afterRun.clearUp(repo)
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

const stillOpen = (ref: RunRef) => ref.outcome !== 'updated' && ref.outcome !== 'rejected'

const failureOf = ({ error_code }: Conclusion) => (error_code === null ? undefined : { error_code })

function describeUpdate(update: PlanUpdate): string {
  const from = update.old_oid?.slice(0, 12) ?? 'nothing'
  const to = update.new_oid?.slice(0, 12) ?? 'nothing'
  return `${update.action} ${update.target_ref} ${from} -> ${to} (${update.reason})`
}

function tooLong(task: SyncTaskRow): GitferryError {
  return new GitferryError(
    'GIT_TIMEOUT',
    `The run took longer than the task allows (timeout_ms ${task.timeout_ms}) and was ended.`,
  )
}
