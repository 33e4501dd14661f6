import type { PlanUpdate, RefOutcome, RunRef } from '../contract/index.ts'

/** What a push said of one ref. */
export interface PushedRef {
  readonly outcome: RefOutcome
  readonly reason: string
}

/** What became of one update of a plan: what the push said of it, or else what the plan itself decided. */
export function toRunRef({ ahead: _, behind: __, ...update }: PlanUpdate, pushed?: PushedRef): RunRef {
  if (pushed !== undefined) return { ...update, outcome: pushed.outcome, reason: pushed.reason }
  if (update.action === 'skip') return { ...update, outcome: 'skipped' }
  if (update.action === 'conflict') return { ...update, outcome: 'conflict' }
  return { ...update, outcome: 'failed', reason: 'the target said nothing about it' }
}
