import type { NotifierResult } from '@gitferry/core/ports'

const misdirected = new Set([401, 403, 404, 405, 410])

/**
 * What an HTTP status alone says of a failure; `undefined` for 2xx, where the body decides. A redirect leads to a
 * place that nobody has configured.
 */
export function httpFailure(answer: Response): NotifierResult | undefined {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const message = `HTTP ${status}`
  if (status === 429) {
    return { ok: false, kind: 'throttled', message, retryAfterMs: retryAfterMs(answer) ?? 60_000 }
  }
  if (status >= 500) return { ok: false, kind: 'transient', message, retryAfterMs: retryAfterMs(answer) }
  const kind = misdirected.has(status) || (status >= 300 && status < 400) ? 'config' : 'permanent'
  return { ok: false, kind, message }
}

/** `Retry-After` in seconds; the other form, a date, is not used by any provider here. */
function retryAfterMs(answer: Response): number | undefined {
  const seconds = answer.headers.get('retry-after')
  return seconds !== null && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1_000 : undefined
}
