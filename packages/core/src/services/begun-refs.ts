import type { RunRef, RunRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { AuditedUpdate } from './audited-update.ts'

/** More entries than this nobody's run leaves. */
const mostTries = 100

/**
 * What the attempts of a run that were cut short had begun to move. Whether the target took it is seen when the run is
 * planned again: what it has now is compared with what it was to have.
 */
export async function begunRefs(session: StorageSession, run: RunRow): Promise<RunRef[]> {
  if (run.attempt === 1) return []
  const entries = await session.collection('audit_log').find({
    where: {
      type: 'sync',
      object_type: 'run',
      object_id: run.id,
      result: { in: ['unknown', 'failure'] },
    },
    order: [{ by: 'id', direction: 'desc' }],
    limit: mostTries,
  })
  const updates = entries
    .reverse()
    .flatMap(({ details }) => (details.updates ?? []) as unknown as readonly AuditedUpdate[])
  return updates.map((update) => ({
    ...update,
    outcome: 'failed',
    reason: 'an earlier attempt was cut short; whether it landed is not known',
    failure_class: 'network',
  }))
}
