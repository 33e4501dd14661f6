import type { RunWithRefs } from '@gitferry/core/contract'
import { aborted } from './errors.ts'
import { isFinished } from './finished-statuses.ts'

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
    await pause(delay, signal)
  }
}

/** Waits `ms`, or rejects as soon as the signal says so; either way no timer and no listener is left behind. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer)
      if (signal !== undefined) reject(aborted('Waiting for a run', signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }, ms)
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
  })
}
