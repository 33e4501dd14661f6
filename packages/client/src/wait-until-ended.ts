import type { JobStatus, RunStatus } from '@gitferry/core/contract'
import { isFinished } from './finished-statuses.ts'
import { pause } from './pause.ts'

const firstDelay = 100
const longestDelay = 2_000

/** Asks for a run or a job until it has ended, at first after 100 ms, later every 2 s. @throws ABORTED, what `get` throws */
export async function waitUntilEnded<Record extends { readonly status: RunStatus | JobStatus }>(
  get: () => Promise<Record>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<Record> {
  for (let delay = firstDelay; ; delay = Math.min(delay * 1.5, longestDelay)) {
    const record = await get()
    if (isFinished(record.status)) return record
    await pause(delay, what, signal)
  }
}
