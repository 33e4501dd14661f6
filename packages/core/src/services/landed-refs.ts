import type { RunRef, RunRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { AuditedUpdate } from './audited-update.ts'

/**
 * What an attempt that was cut short had moved after all. The run finds both sides in step at `oid`; whether it was
 * this run that brought them there stands in the audit entry of the attempt.
 */
export async function landedRefs(session: StorageSession, run: RunRow, oid: string): Promise<RunRef[]> {
  if (run.attempt === 1) return []
  const [entry] = await session.collection('audit_log').find({
    where: {
      type: 'sync',
      object_type: 'run',
      object_id: run.id,
      result: { in: ['unknown', 'failure'] },
    },
    order: [{ by: 'id', direction: 'desc' }],
    limit: 1,
  })
  const updates = (entry?.details.updates ?? []) as unknown as readonly AuditedUpdate[]
  return updates
    .filter((update) => update.new_oid === oid)
    .map((update) => ({
      ...update,
      outcome: 'updated',
      reason: 'an earlier attempt, which was cut short, had pushed it',
    }))
}
