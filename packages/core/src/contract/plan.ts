import { z } from 'zod'
import { errorCode } from './error-code.ts'
import { id, oid, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'

/** `head`: the target's HEAD is to name another branch, the one in `source_ref`; it has no oids. */
export const planAction = z.enum(['create', 'fast-forward', 'force', 'delete', 'skip', 'conflict', 'head'])

export type PlanAction = z.output<typeof planAction>

/** One ref update that a task would make. Refs are full names. */
export const planUpdate = z
  .object({
    action: planAction,
    source_ref: z.string().nullable(),
    target_ref: z.string(),
    old_oid: oid.nullable().describe('What the target has now; null: nothing'),
    new_oid: oid.nullable().describe('What it would have; null: nothing'),
    ahead: z.int().nullable().describe('Commits that the source has and the target lacks'),
    behind: z.int().nullable().describe('Commits that the target has and the source lacks'),
    reason: z.string(),
    old_head: z
      .string()
      .nullable()
      .exactOptional()
      .describe('Of HEAD alone: the branch that it names now; null: none'),
  })
  .meta({ id: 'PlanUpdate' })

export type PlanUpdate = z.output<typeof planUpdate>

/** `sync`: from the source's refs. `restore`: back to values that a run had overwritten or deleted. */
export const planKind = oneOf(['sync', 'restore'])

/**
 * `open`: can be applied. `applied`: a run has carried it out. `stale`: a ref moved before that, and nothing of it was
 * applied. `superseded`: a later plan of the same task took its place.
 */
export const planStatus = oneOf(['open', 'applied', 'stale', 'superseded'])

export type PlanStatus = z.output<typeof planStatus>

/** Of a run or a plan: the repository whose refs it moves. */
export const targetRepoId = id
  .nullable()
  .describe(
    'The repository of the target; null: not known, from before it was recorded and its task was deleted',
  )

/** The ref updates that a task would make now. No update: both sides are in step. */
export const plan = z
  .object({
    id,
    task_id: id,
    repo_id: id,
    target_repo_id: targetRepoId,
    kind: planKind,
    status: planStatus,
    updates: z.array(planUpdate),
    stopped_code: errorCode
      .nullable()
      .describe(
        'Why no run carries it out by itself: a guard, or an approval that is needed; null: a run would',
      ),
    stopped_reason: z.string().nullable(),
    run_id: id.nullable().describe('The run that was stopped with this plan; null: somebody asked for it'),
    applied_by_run_id: id.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'Plan' })

export type Plan = z.output<typeof plan>

export const planRow = plan.extend({
  kept_run_id: id.nullable().describe('Of a restore: the run whose overwritten values are put back'),
  version: z.int(),
})

export type PlanRow = z.output<typeof planRow>

export const planQuery = pageQuery.extend({ task_id: id.optional(), status: planStatus.optional() })

export type PlanQuery = z.input<typeof planQuery>
