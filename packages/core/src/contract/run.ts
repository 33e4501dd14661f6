import { z } from 'zod'
import { errorCode } from './error-code.ts'
import { failureClass } from './failure-class.ts'
import { id, oid, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'
import { planAction, targetRepoId } from './plan.ts'
import { time } from './time.ts'

export const runStatus = oneOf(['pending', 'running', 'success', 'conflict', 'failed', 'partial', 'canceled'])

export type RunStatus = z.output<typeof runStatus>

const finished = new Set<RunStatus>(['success', 'conflict', 'failed', 'partial', 'canceled'])

/** Whether a run of this status has ended and will not change any more. */
export const isFinished = (status: RunStatus): boolean => finished.has(status)

/** Why a run exists. */
export const runTrigger = oneOf(['manual', 'cron', 'webhook', 'retry'])

export type RunTrigger = z.output<typeof runTrigger>

/**
 * What became of one ref. `updated`: the target took it. `in_step`: somebody else moved it there meanwhile.
 * `skipped`, `conflict`: the plan said so. `checked_out`: the branch is checked out in a worktree of the target.
 * `protected`: the target is a repository here, and a protected ref keeps syncs from it.
 * `stale`: the target moved after the plan was made. `rejected`: the target refused it. `held`: it waits for
 * somebody’s approval of the plan. `failed`: anything else.
 */
export const refOutcome = z.enum([
  'updated',
  'in_step',
  'skipped',
  'conflict',
  'checked_out',
  'protected',
  'stale',
  'rejected',
  'held',
  'failed',
])

export type RefOutcome = z.output<typeof refOutcome>

export const runRef = z
  .object({
    source_ref: z.string().nullable(),
    target_ref: z.string(),
    action: planAction,
    old_oid: oid.nullable().describe('What the target had when the plan was made; null: nothing'),
    new_oid: oid.nullable().describe('What it was to have; null: nothing'),
    outcome: refOutcome,
    reason: z.string().describe('Why, in words; empty when there is nothing to say'),
    failure_class: failureClass.nullable().describe('What kind of trouble; null where there was none'),
  })
  .meta({ id: 'RunRef' })

export type RunRef = z.output<typeof runRef>

export const runRefRow = runRef.extend({ id, run_id: id, version: z.int() })

export type RunRefRow = z.output<typeof runRefRow>

/** One execution of a task. */
export const run = z
  .object({
    id,
    task_id: id,
    repo_id: id,
    target_repo_id: targetRepoId,
    status: runStatus,
    trigger: runTrigger,
    attempt: z.int().describe('1, and one more each time that a crash or a drain cut it short'),
    commit_range: z.string().describe('old..new, the bare new oid for a new branch, empty when in step'),
    refs_total: z.int(),
    refs_changed: z.int(),
    refs_failed: z.int(),
    error_code: errorCode.nullable(),
    error_message: z.string().nullable(),
    failure_class: failureClass.nullable().describe('What kind of trouble; null where there was none'),
    plan_id: id
      .nullable()
      .describe('The stored plan that it carries out, or that it was stopped with; null: it plans by itself'),
    queued_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
    duration_ms: z.int().nullable(),
  })
  .meta({ id: 'Run' })

export type Run = z.output<typeof run>

/** A run with what became of every ref: the single answer. */
export const runWithRefs = run.extend({ refs: z.array(runRef) }).meta({ id: 'RunWithRefs' })

export type RunWithRefs = z.output<typeof runWithRefs>

/** A run as it is stored. */
export const runRow = run.extend({ priority: z.int(), version: z.int() })

export type RunRow = z.output<typeof runRow>

export const runQuery = pageQuery.extend({
  task_id: id.optional(),
  repo_id: id.optional(),
  status: runStatus.optional(),
  trigger: runTrigger.optional(),
  since: time.optional(),
})

export type RunQuery = z.input<typeof runQuery>

/** One line of a run’s log, as it is stored. */
export const runLogRow = z.object({
  id,
  run_id: id,
  at: timestamp,
  text: z.string(),
  version: z.int(),
})

export type RunLogRow = z.output<typeof runLogRow>
