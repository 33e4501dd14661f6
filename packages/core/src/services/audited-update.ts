import type { PlanUpdate } from '../contract/index.ts'

/** A ref update as the audit entry of a run keeps it. */
export type AuditedUpdate = Pick<PlanUpdate, 'action' | 'source_ref' | 'target_ref' | 'old_oid' | 'new_oid'>

export function auditedUpdate({
  action,
  source_ref,
  target_ref,
  old_oid,
  new_oid,
}: PlanUpdate): AuditedUpdate {
  return { action, source_ref, target_ref, old_oid, new_oid }
}
