import type { FailureClass, PlanUpdate, RefOutcome, RunRef } from '../contract/index.ts'

/** What a push said of one ref. */
export interface PushedRef {
  readonly outcome: RefOutcome
  readonly reason: string
  readonly failure_class: FailureClass | null
}

/** What became of one update of a plan: what the push said of it, or else what the plan itself decided. */
export function toRunRef(
  { ahead: _, behind: __, old_head: ___, ...update }: PlanUpdate,
  pushed?: PushedRef,
): RunRef {
  if (pushed !== undefined) {
    const { outcome, reason, failure_class } = pushed
    return { ...update, outcome, reason, failure_class }
  }
  if (update.action === 'skip') return { ...update, outcome: 'skipped', failure_class: null }
  if (update.action === 'conflict') return { ...update, outcome: 'conflict', failure_class: null }
  return {
    ...update,
    outcome: 'failed',
    reason: 'the target said nothing about it',
    failure_class: 'network',
  }
}
