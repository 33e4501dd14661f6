import type { PlanUpdate } from '../contract/index.ts'

/** One update of a plan as a line of a log. */
export function describeUpdate(update: PlanUpdate): string {
  if (update.action === 'head') return `HEAD is to name ${update.source_ref} (${update.reason})`
  const from = update.old_oid?.slice(0, 12) ?? 'nothing'
  const to = update.new_oid?.slice(0, 12) ?? 'nothing'
  return `${update.action} ${update.target_ref} ${from} -> ${to} (${update.reason})`
}
