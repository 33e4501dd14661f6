import type { ChannelRow } from '../contract/index.ts'
import { type Occurrence, troubleEvents } from '../notifications/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** How often a channel is reminded of a trouble that goes on. */
const remindAfterMs = 24 * 60 * 60 * 1_000

const repeated = new Set<string>(['sync_failure', 'sync_conflict', 'sync_partial'])

/**
 * Whether a channel that listens for an event is to be told of it this time. Of a sync that goes wrong again and again
 * in the same way (event and error code) it hears once, and once a day for as long as that goes on; of a recovery, when
 * it heard of the trouble.
 */
export async function isNews(
  session: StorageSession,
  channel: ChannelRow,
  occurrence: Occurrence,
  now: number,
): Promise<boolean> {
  if (occurrence.event === 'task_recovered') return knowsOfTrouble(session, channel, occurrence)
  if (repeated.has(occurrence.event)) return !(await wasToldToday(session, channel, occurrence, now))
  return true
}

/** Told within a day of the same, and no success since. A message that could not be sent told nobody. */
async function wasToldToday(
  session: StorageSession,
  channel: ChannelRow,
  { event, task, run }: Occurrence,
  now: number,
): Promise<boolean> {
  if (task === undefined || run === undefined) return false
  const runs = session.collection('runs')
  const told = await session.collection('deliveries').find({
    where: {
      task_id: task.id,
      channel_id: channel.id,
      event,
      status: { in: ['pending', 'sent'] },
      created_at: { gte: new Date(now - remindAfterMs + 1).toISOString() },
    },
    order: [{ by: 'id', direction: 'desc' }],
  })
  for (const { run_id } of told) {
    const earlier = run_id === null ? undefined : await runs.get(run_id)
    if (earlier?.error_code !== run.error_code) continue
    const healed = await runs.find({
      where: { task_id: task.id, status: 'success', id: { gte: earlier.id } },
      limit: 1,
    })
    return healed.length === 0
  }
  return false
}

/** What the channel was last told of this task, of trouble and recovery, is trouble. */
async function knowsOfTrouble(
  session: StorageSession,
  channel: ChannelRow,
  { task }: Occurrence,
): Promise<boolean> {
  if (task === undefined) return false
  const [last] = await session.collection('deliveries').find({
    where: { task_id: task.id, channel_id: channel.id, event: { in: [...troubleEvents, 'task_recovered'] } },
    order: [{ by: 'id', direction: 'desc' }],
    limit: 1,
  })
  return last !== undefined && last.event !== 'task_recovered'
}
