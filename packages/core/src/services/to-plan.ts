import type { Plan, PlanRow } from '../contract/index.ts'

/** A stored plan as it is shown. */
export function toPlan({ kept_run_id: _, version: __, ...plan }: PlanRow): Plan {
  return plan
}
