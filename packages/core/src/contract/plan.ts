import { z } from 'zod'
import { id, oid, timestamp } from './id.ts'

export const planAction = z.enum(['create', 'fast-forward', 'force', 'delete', 'skip', 'conflict'])

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
  })
  .meta({ id: 'PlanUpdate' })

export type PlanUpdate = z.output<typeof planUpdate>

/** The ref updates that a task would make now. No update: both sides are in step. */
export const plan = z
  .object({
    id,
    task_id: id,
    repo_id: id,
    updates: z.array(planUpdate),
    created_at: timestamp,
  })
  .meta({ id: 'Plan' })

export type Plan = z.output<typeof plan>

export const planRow = plan.extend({ version: z.int() })

export type PlanRow = z.output<typeof planRow>
