/** What one error code means to a program; `errorTitles` says it to a person. */
export interface ErrorCodeEntry {
  /** The HTTP status that an answer with this code carries. */
  readonly status: number
  /** Whether the same request can succeed later without anybody changing it. */
  readonly retryable: boolean
}

const entry = (status: number, retryable = false): ErrorCodeEntry => ({ status, retryable })

/**
 * Every code that gitferry throws or answers. A code is an API: it may be added, never renamed.
 */
export const errorCodes = {
  // what the caller sent
  INVALID_INPUT: entry(400),
  REF_INVALID: entry(400),
  PATH_INVALID: entry(400),
  NOT_A_REPOSITORY: entry(400),
  REMOTE_UNKNOWN: entry(400),
  URL_FORBIDDEN: entry(400),
  SCHEDULE_INVALID: entry(400),
  SAME_REF: entry(400),
  SSH_KEY_INVALID: entry(400),
  TEMPLATE_INVALID: entry(400),
  UNSUPPORTED: entry(400),
  UNAUTHENTICATED: entry(401),
  SIGNATURE_INVALID: entry(401),
  FORBIDDEN: entry(403),
  HOST_NOT_ALLOWED: entry(403),
  ORIGIN_NOT_ALLOWED: entry(403),
  ADDRESS_NOT_ALLOWED: entry(403),
  PATH_OUTSIDE_ROOTS: entry(403),
  PATH_NOT_OWNED: entry(403),
  NOT_FOUND: entry(404),
  REPO_NOT_FOUND: entry(404),
  BRANCH_NOT_FOUND: entry(404),
  TASK_NOT_FOUND: entry(404),
  RUN_NOT_FOUND: entry(404),
  PLAN_NOT_FOUND: entry(404),
  KEPT_REF_NOT_FOUND: entry(404),
  JOB_NOT_FOUND: entry(404),
  SSH_KEY_NOT_FOUND: entry(404),
  TAG_NOT_FOUND: entry(404),
  REMOTE_NOT_FOUND: entry(404),
  CREDENTIAL_NOT_FOUND: entry(404),
  HOST_KEY_NOT_FOUND: entry(404),
  CHANNEL_NOT_FOUND: entry(404),
  USER_NOT_FOUND: entry(404),
  TOKEN_NOT_FOUND: entry(404),
  ACCESS_KEY_NOT_FOUND: entry(404),
  DELIVERY_NOT_FOUND: entry(404),
  AUDIT_ENTRY_NOT_FOUND: entry(404),
  METHOD_NOT_ALLOWED: entry(405),
  CONFLICT: entry(409),
  VERSION_CONFLICT: entry(409, true),
  REPO_EXISTS: entry(409),
  REPO_IN_USE: entry(409),
  BRANCH_EXISTS: entry(409),
  BRANCH_CHECKED_OUT: entry(409),
  BRANCH_UNMERGED: entry(409),
  CHECKOUT_REFUSED: entry(409),
  TASK_RUNNING: entry(409),
  RUN_FINISHED: entry(409),
  RUN_NOT_FINISHED: entry(409),
  TAG_EXISTS: entry(409),
  REMOTE_EXISTS: entry(409),
  REMOTE_CONFIGURED: entry(409),
  REMOTE_IN_USE: entry(409),
  SSH_KEY_EXISTS: entry(409),
  SSH_KEY_IN_USE: entry(409),
  CREDENTIAL_EXISTS: entry(409),
  CREDENTIAL_IN_USE: entry(409),
  USER_EXISTS: entry(409),
  TOKEN_EXISTS: entry(409),
  ACCESS_KEY_EXISTS: entry(409),
  DELIVERY_NOT_FAILED: entry(409),
  SYNC_CONFLICT: entry(409),
  PLAN_CLOSED: entry(409),
  PLAN_STALE: entry(409),
  APPROVAL_REQUIRED: entry(409),
  MASS_DELETION: entry(409),
  UNRELATED_HISTORY: entry(409),
  EMPTY_SOURCE: entry(409),
  RESTORE_REFUSED: entry(409),
  PATH_EXISTS: entry(409),
  JOB_FINISHED: entry(409),
  REQUEST_TIMEOUT: entry(408, true),
  PAYLOAD_TOO_LARGE: entry(413),
  UNSUPPORTED_MEDIA_TYPE: entry(415),
  RATE_LIMITED: entry(429, true),
  HEADERS_TOO_LARGE: entry(431),
  ABORTED: entry(499, true),
  // what happened here
  INTERNAL: entry(500),
  STORAGE_FAILED: entry(500),
  STORE_FAILED: entry(500),
  SECRETS_UNAVAILABLE: entry(500),
  SECRET_UNREADABLE: entry(500),
  GIT_FAILED: entry(500),
  GIT_MISSING: entry(500),
  GIT_OUTPUT_TOO_LARGE: entry(500),
  DISK_FULL: entry(500, true),
  LFS_MISSING: entry(500),
  CLOSED: entry(503, true),
  // what happened at a remote
  GIT_UNREACHABLE: entry(502, true),
  GIT_AUTH_FAILED: entry(502),
  HOST_KEY_MISMATCH: entry(502),
  HOST_KEY_UNKNOWN: entry(502),
  GIT_REMOTE_NOT_FOUND: entry(502),
  GIT_REJECTED: entry(502),
  LFS_FAILED: entry(502),
  NOTIFIER_REFUSED: entry(502),
  NOTIFIER_UNREACHABLE: entry(502, true),
  GIT_TIMEOUT: entry(504, true),
  GIT_STALLED: entry(504, true),
  // what a client sees
  SERVER_UNREACHABLE: entry(503, true),
  UNEXPECTED_RESPONSE: entry(502),
} as const satisfies Record<string, ErrorCodeEntry>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value)
}
