import { z } from 'zod'
import type {
  CallOptions,
  Page,
  Plan,
  PlanQuery,
  PlanRow,
  PlanUpdate,
  Run,
  SyncPlansApi,
} from '../contract/index.ts'
import { planQuery } from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { movesRef } from '../sync/moves-ref.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findPlan } from './find-or-refuse.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { refuseOthersRemotes } from './refuse-others-repository.ts'
import type { RunWaiter } from './run-waiter.ts'
import { toPlan } from './to-plan.ts'
import { toRun } from './to-run.ts'

const applyQuery = z.object({ wait: z.boolean({ error: 'must be true or false' }).optional() })

export interface SyncPlansContext extends ServiceContext {
  readonly waiter: RunWaiter
}

/** Stored plans: to be looked at, approved and applied. */
export class SyncPlansService implements SyncPlansApi {
  readonly #context: SyncPlansContext

  constructor(context: SyncPlansContext) {
    this.#context = context
  }

  async list(query: PlanQuery = {}, { signal }: CallOptions = {}): Promise<Page<Plan>> {
    throwIfAborted(signal)
    const { page, page_size, ...where } = parseInput(planQuery, query)
    const newest = { where, order: newestFirst }
    const found = await findPage(this.#plans, newest, { page, page_size }, { whole: false })
    return { ...found, items: found.items.map(toPlan) }
  }

  async *all(
    query: Omit<PlanQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Plan, void, undefined> {
    throwIfAborted(signal)
    const { page: _, page_size: __, ...where } = parseInput(planQuery, query)
    for await (const row of findAll(this.#plans, { where, order: newestFirst })) {
      throwIfAborted(signal)
      yield toPlan(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Plan> {
    throwIfAborted(signal)
    return toPlan(await findPlan(this.#context.storage, id))
  }

  async apply(
    id: number,
    query: { readonly wait?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<Run> {
    const { queue, storage, waiter } = this.#context
    throwIfAborted(signal)
    const { accepted, wait } = await this.#accept(id, query)
    await queue.handOver(accepted)
    if (!wait) return toRun(accepted.run)
    const { refs: _, ...run } = await waiter.wait(accepted.run.id, storage, { signal })
    return run
  }

  #accept(id: number, query: { readonly wait?: boolean }) {
    const { audit, principal, queue, storage } = this.#context
    const subject = { type: 'apply', object_type: 'plan', object_id: auditId(id) } as const
    return audit.attempt(principal, subject, async (draft) => {
      const { wait = false } = parseInput(applyQuery, query)
      const { task_id } = await findPlan(storage, id)
      await refuseOthersRemotes(await storage.collection('tasks').get(task_id), this.#context)
      const accepted = await storage.transaction(async (session) => {
        const plan = await findPlan(session, id)
        refuseClosed(plan)
        const task = await session.collection('tasks').get(plan.task_id)
        if (task === undefined) throw withoutTask(plan)
        return acceptRun(session, { draft, queue, task, trigger: 'manual', plan_id: plan.id })
      })
      return { accepted, wait }
    })
  }

  get #plans() {
    return this.#context.storage.collection('plans')
  }
}

/** @throws PLAN_CLOSED */
function refuseClosed({ id, status, updates }: PlanRow): void {
  if (status === 'open' && updates.some(changes)) return
  const why = status === 'open' ? 'changes nothing' : `is ${status}`
  throw new GitferryError('PLAN_CLOSED', `Plan ${id} ${why}; make a new one.`, { details: { id, status } })
}

/** A HEAD that is to name another branch moves no ref, but is a change. */
const changes = (update: PlanUpdate): boolean => movesRef(update) || update.action === 'head'

function withoutTask({ id, task_id }: PlanRow): GitferryError {
  return new GitferryError(
    'TASK_NOT_FOUND',
    `The task of plan ${id} is not there, so there is nothing to apply it with.`,
    { details: { id, task_id } },
  )
}
