import type { PlanUpdate } from '../contract/index.ts'

/** A ref update as the audit entry of a run keeps it. */
export type AuditedUpdate = Pick<PlanUpdate, 'action' | 'source_ref' | 'target_ref' | 'old_oid' | 'new_oid'>

function auditedUpdate({ action, source_ref, target_ref, old_oid, new_oid }: PlanUpdate): AuditedUpdate {
  return { action, source_ref, target_ref, old_oid, new_oid }
}

/** The entry of a large mirror names no more refs than these; the run's own record has them all. */
const mostAudited = 1_000

/** What the audit entry of a run says of the updates that it is about to make. */
export function auditedUpdates(updates: readonly PlanUpdate[]) {
  const shown = updates.slice(0, mostAudited).map(auditedUpdate)
  return { updates: shown, ...(shown.length < updates.length && { updates_total: updates.length }) }
}
