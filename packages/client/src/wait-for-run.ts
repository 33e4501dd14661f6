import type { RunWithRefs } from '@gitferry/core/contract'
import { isFinished } from './finished-statuses.ts'
import { pause } from './pause.ts'

const firstDelay = 100
const longestDelay = 2_000

/** Asks for a run until it has ended, at first after 100 ms, later every 2 s. @throws ABORTED, what `get` throws */
export async function waitForRun(
  get: () => Promise<RunWithRefs>,
  signal: AbortSignal | undefined,
): Promise<RunWithRefs> {
  for (let delay = firstDelay; ; delay = Math.min(delay * 1.5, longestDelay)) {
    const run = await get()
    if (isFinished(run.status)) return run
    await pause(delay, 'Waiting for a run', signal)
  }
}
