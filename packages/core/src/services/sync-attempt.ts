import {
  type PlanRow,
  type PlanUpdate,
  type RunRef,
  type RunRow,
  type SyncTaskRow,
  system,
} from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { AtomicPush } from '../git/push-pieces.ts'
import type { Stores } from '../git/store.ts'
import type { StorageSession } from '../ports/index.ts'
import { type Conclusion, concludeRun } from '../sync/conclude-run.ts'
import type { GuardStop } from '../sync/guards.ts'
import { approvalNeeded, holdForApproval } from '../sync/hold-for-approval.ts'
import { type TryAgain, tryAgainAfter, tryAgainFor } from '../sync/next-try.ts'
import { toRunRef } from '../sync/to-run-ref.ts'
import { isLeft, unlessBlocked } from '../sync/unless-blocked.ts'
import type { AfterRun } from './after-run.ts'
import type { AuditDraft } from './audit-log.ts'
import { auditedUpdates } from './audited-update.ts'
import { begunRefs } from './begun-refs.ts'
import type { ServiceContext } from './context.ts'
import { describeUpdate } from './describe-update.ts'
import { mendStore } from './mend-store.ts'
import type { PlanApplier } from './plan-applier.ts'
import { PlanForApproval } from './plan-for-approval.ts'
import type { PlanProgress } from './plan-progress.ts'
import { reposOf } from './repos-of.ts'
import type { RunLog } from './run-log.ts'
import { RunOutcomes } from './run-outcomes.ts'
import type { RunRecorder } from './run-recorder.ts'
import { RunTries, type RunTriesDeps } from './run-tries.ts'
import type { PlanToStore } from './store-plan.ts'
import type { StoredPlanReader } from './stored-plan-reader.ts'
import type { PreparedPlan, SyncPlanner } from './sync-planner.ts'

export type SyncAttemptContext = Pick<ServiceContext, 'storage' | 'events' | 'audit'> &
  RunTriesDeps & {
    readonly planner: SyncPlanner
    readonly applier: PlanApplier
    readonly recorder: RunRecorder
    readonly afterRun: AfterRun
    readonly storedPlans: StoredPlanReader
    readonly stores: Pick<Stores, 'heal' | 'unlock'>
  }

export interface AttemptSteps {
  readonly log: RunLog
  readonly progress: PlanProgress
  readonly signal: AbortSignal
}

/** What one try came to. `race`, `network`: nothing is recorded yet, and another try may do better. */
type Tried = 'recorded' | TryAgain

/** What a try is to carry out, and what stands beside it in the record. */
interface Trial {
  readonly plan: PreparedPlan
  readonly updates: readonly PlanUpdate[]
  readonly atomic: AtomicPush
  /** What is known of refs that are not tried. */
  readonly untried: readonly RunRef[]
  /** What is stored for somebody to approve. */
  readonly waiting?: Pick<PlanToStore, 'updates' | 'stop'> | undefined
  /** The stored plan that is carried out. */
  readonly stored?: PlanRow | undefined
}

/** One attempt of one run, from planning to its record, with the tries that a race or a bad line makes needed. */
export class SyncAttempt {
  readonly #run: RunRow
  readonly #task: SyncTaskRow
  readonly #steps: AttemptSteps
  readonly #context: SyncAttemptContext
  #outcomes = new RunOutcomes()
  readonly #tries: RunTries

  constructor(run: RunRow, task: SyncTaskRow, steps: AttemptSteps, context: SyncAttemptContext) {
    this.#run = run
    this.#task = task
    this.#steps = steps
    this.#context = context
    this.#tries = new RunTries(run, steps, context)
  }

  /**
   * Carries the run out and records how it ended.
   * @throws what no further try can mend; the caller records it
   */
  async carryOut(): Promise<void> {
    this.#outcomes = new RunOutcomes(await begunRefs(this.#context.storage, this.#run))
    let isMended = false
    for (;;) {
      try {
        const tried = await this.#try()
        if (tried === 'recorded') return
        const why = tried === 'race' ? 'The target moved meanwhile.' : 'The push broke off.'
        await this.#tries.before(tried, why)
      } catch (error) {
        if (!isGitferryError(error) || this.#steps.signal.aborted) throw error
        const again = tryAgainAfter(error)
        if (again !== undefined && this.#tries.may(again)) {
          await this.#clearUp(error)
          await this.#tries.before(again, error.message)
        } else if (!isMended && (await mendStore(this.#run, error, this.#steps, this.#context)))
          isMended = true
        else throw error
      }
    }
  }

  /** What is known of it when it came to no good end. */
  get cutOff() {
    return { refs: this.#outcomes.known, tried: this.#outcomes.tried }
  }

  /** A fetch that broke off leaves half a pack, and each further one another. */
  async #clearUp(error: GitferryError): Promise<void> {
    const { afterRun, storage } = this.#context
    const repo = await storage.collection('repos').get(this.#run.repo_id)
    if (repo !== undefined) await afterRun.clearUp(repo, error)
  }

  #try(): Promise<Tried> {
    return this.#run.plan_id === null ? this.#planAndApply() : this.#applyStored()
  }

  async #planAndApply(): Promise<Tried> {
    const task = this.#task
    const plan = await this.#context.planner.plan(task, this.#steps)
    this.#announce(plan.updates)
    if (plan.stop !== null) return this.#stopped(plan.updates, plan.stop)
    const { go, held } = task.require_approval
      ? holdForApproval(plan.updates, task)
      : { go: plan.updates, held: [] }
    const waiting = held.length === 0 ? undefined : { updates: held, stop: approvalNeeded(held) }
    const heldRefs = held.map((update) =>
      toRunRef(update, {
        outcome: 'held',
        reason: 'waits for approval of the plan',
        failure_class: 'policy',
      }),
    )
    const { updates, blocked } = unlessBlocked(go, task, held[0])
    const atomic = task.atomic ? 'always' : 'never'
    const open = this.#outcomes.open(updates)
    return this.#carry({ plan, updates: open, atomic, untried: [...blocked, ...heldRefs], waiting })
  }

  async #applyStored(): Promise<Tried> {
    const isRetried = this.#run.attempt > 1 || this.#tries.wereCutOff
    const { storedPlans } = this.#context
    const { stored, plan } = await storedPlans.prepare(this.#run, this.#task, this.#steps, { isRetried })
    this.#announce(plan.updates)
    const { updates, blocked } = unlessBlocked(plan.updates, this.#task)
    const atomic = this.#task.atomic ? 'always' : 'where possible'
    return this.#carry({ plan, updates, atomic, untried: blocked, stored })
  }

  #announce(updates: readonly PlanUpdate[]): void {
    this.#context.events.emit('run.planned', {
      run_id: this.#run.id,
      ...reposOf(this.#run),
      updates: [...updates],
    })
    for (const update of updates) this.#steps.log.add(`plan: ${describeUpdate(update)}`)
  }

  /** A guard stops the run: nothing of the plan is carried out, and it is there to be looked at. */
  async #stopped(updates: readonly PlanUpdate[], stop: GuardStop): Promise<Tried> {
    this.#steps.progress.phase('planned')
    const left = this.#forApproval({ updates, stop })
    const beside = (session: StorageSession) => left.storeIn(session)
    const error = new GitferryError(stop.code, stop.message, { details: stop.details })
    // an earlier try may have moved refs before somebody else made it a case for the guard
    await this.#context.recorder.fail(this.#run, error, this.#steps.log, { ...this.cutOff, beside })
    left.tell()
    return 'recorded'
  }

  async #carry(trial: Trial): Promise<Tried> {
    const { applier, audit } = this.#context
    const { progress, signal, log } = this.#steps
    const { plan, updates, atomic, untried } = trial
    if (updates.every(isLeft)) {
      progress.phase('planned')
      this.#outcomes.add([...updates.map((update) => toRunRef(update)), ...untried])
      await this.#finish(trial)
      return 'recorded'
    }
    const subject = { type: 'sync', object_type: 'run', object_id: this.#run.id } as const
    return audit.ownAttempt(system, subject, async (draft: AuditDraft) => {
      draft.note({ details: { task_id: this.#task.id, ...auditedUpdates(updates) } })
      await draft.begin()
      progress.phase('planned')
      const onDoubt = () => {
        draft.doubt()
        log.add('the push was cut off and the target could not be asked: whether it landed is not known')
      }
      const options = { atomic, onDoubt, progress, signal }
      const { refs, error } = await applier.apply(this.#run, this.#task, { ...plan, updates }, options)
      progress.phase('pushed')
      for (const ref of refs) log.add(`${ref.target_ref}: ${ref.outcome}${ref.reason && ` (${ref.reason})`}`)
      this.#outcomes.add([...refs, ...untried])
      if (error !== undefined) throw error
      const again = tryAgainFor(refs)
      if (again !== undefined && this.#tries.may(again)) {
        await this.#context.storage.transaction((session) =>
          draft.write(session, { error_code: again === 'race' ? 'GIT_REJECTED' : 'GIT_UNREACHABLE' }),
        )
        return again
      }
      await this.#finish(trial, draft)
      return 'recorded'
    })
  }

  async #finish({ plan, updates, stored, untried, waiting }: Trial, draft?: AuditDraft): Promise<void> {
    const { afterRun, recorder } = this.#context
    const { log, signal } = this.#steps
    const named = new Set([...updates, ...untried].map(({ target_ref }) => target_ref))
    const refs = this.#outcomes.all(plan.target, named)
    if (refs.length === 0) log.add('already in step')
    const conclusion = concludeRun(refs, plan.total)
    const left = waiting && this.#forApproval(waiting)
    const beside = async (session: StorageSession) => {
      await draft?.write(session, failureOf(conclusion))
      if (stored && conclusion.refs_changed > 0) {
        await session
          .collection('plans')
          .update(stored.id, { status: 'applied', applied_by_run_id: this.#run.id })
      }
      return left?.storeIn(session)
    }
    await recorder.finish(this.#run, conclusion, refs, log, { tried: this.#outcomes.tried, beside })
    left?.tell()
    if (conclusion.refs_changed > 0) await afterRun.tidy(plan.sides.source.repo, plan.store, { signal })
  }

  #forApproval({ updates, stop }: Pick<PlanToStore, 'updates' | 'stop'>): PlanForApproval {
    return new PlanForApproval({ task: this.#task, updates, stop, runId: this.#run.id }, this.#context)
  }
}

const failureOf = ({ error_code }: Conclusion) => (error_code === null ? undefined : { error_code })
