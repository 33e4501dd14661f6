import type { DeliveryRow } from '../contract/index.ts'
import type { Changes, NotifierResult } from '../ports/index.ts'

/** A provider that fails is asked so many times in all. */
const mostTries = 5
/** One that asks for patience, over three hours at DingTalk's ten minutes. */
const mostThrottledTries = 20
const firstDelayMs = 10_000
const longestDelayMs = 600_000
/** How long a provider that asks for patience, and does not say how much, is left alone. */
export const throttledMs = 60_000

/**
 * What an attempt makes of a delivery. `attempts` counts it in. Full jitter (between nothing and a bound that grows
 * fourfold), so that what failed together does not come back together.
 */
export function afterAttempt(
  result: NotifierResult,
  {
    attempts,
    now,
    random,
  }: { readonly attempts: number; readonly now: number; readonly random: () => number },
): Changes<DeliveryRow> & { readonly status: DeliveryRow['status'] } {
  const response = result.message
  const ended = { response, next_attempt_at: null, finished_at: new Date(now).toISOString() }
  if (result.ok) return { status: 'sent', ...ended }
  const { kind, retryAfterMs } = result
  const most = kind === 'transient' ? mostTries : kind === 'throttled' ? mostThrottledTries : 0
  if (attempts >= most) return { status: 'failed', ...ended }
  const delayMs =
    kind === 'throttled'
      ? (retryAfterMs ?? throttledMs)
      : Math.max(
          retryAfterMs ?? 0,
          Math.round(random() * Math.min(longestDelayMs, firstDelayMs * 4 ** (attempts - 1))),
        )
  return { status: 'pending', response, next_attempt_at: new Date(now + delayMs).toISOString() }
}
