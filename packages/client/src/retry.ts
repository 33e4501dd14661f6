import { isHTTPError, type RetryOptions } from 'ky'
import { rebuildError } from './errors.ts'

/** The longest wait that a server may ask for before the caller is told instead, in ms. */
const longestWait = 30_000

/** Statuses that say "not now". */
export const notNow: number[] = [429, 502, 503, 504]

/**
 * Only reading is tried again, twice at most: after a network error and after a status that says "not now", unless
 * the server's own error says that trying again is no use. `Retry-After` is honoured up to 30 s; what asks for
 * more fails at once.
 */
export const retry = {
  limit: 2,
  methods: ['get'],
  statusCodes: notNow,
  afterStatusCodes: notNow,
  maxRetryAfter: longestWait,
  jitter: true,
  shouldRetry: ({ error }) => {
    if (!isHTTPError(error)) return undefined
    const { status, headers } = error.response
    const told = typeof error.data === 'string' ? rebuildError(status, error.data) : undefined
    if (told?.retryable === false) return false
    return millisecondsIn(headers.get('retry-after')) > longestWait ? false : undefined
  },
} satisfies RetryOptions

/** What a `Retry-After` header asks for: seconds, or a date. */
function millisecondsIn(header: string | null): number {
  if (header === null) return 0
  return /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
}
