/** What one error code means, to a program (`status`, `retryable`) and to a person (`title`). */
export interface ErrorCodeEntry {
  /** The HTTP status that an answer with this code carries. */
  readonly status: number
  /** One line, without the particulars of a case. */
  readonly title: string
  /** Whether the same request can succeed later without anybody changing it. */
  readonly retryable: boolean
}

const entry = (status: number, title: string, retryable = false): ErrorCodeEntry => ({
  status,
  title,
  retryable,
})

/**
 * Every code that gitferry throws or answers. A code is an API: it may be added, never renamed.
 */
export const errorCodes = {
  // what the caller sent
  INVALID_INPUT: entry(400, 'A field of the request is not valid'),
  REF_INVALID: entry(400, 'Not a valid ref name'),
  PATH_INVALID: entry(400, 'Not a usable path'),
  NOT_A_REPOSITORY: entry(400, 'Not the top of a git repository'),
  REMOTE_UNKNOWN: entry(400, 'The repository has no remote of that name'),
  URL_FORBIDDEN: entry(400, 'The rules do not allow this URL'),
  SCHEDULE_INVALID: entry(400, 'Not a valid schedule'),
  SAME_REF: entry(400, 'Source and target are the same ref'),
  UNSUPPORTED: entry(400, 'Not supported here'),
  UNAUTHENTICATED: entry(401, 'No valid credential'),
  FORBIDDEN: entry(403, 'Not allowed'),
  HOST_NOT_ALLOWED: entry(403, 'The Host header names a host that this server does not answer for'),
  ORIGIN_NOT_ALLOWED: entry(403, 'A foreign web page may not change anything'),
  PATH_OUTSIDE_ROOTS: entry(403, 'The path lies outside the repository roots'),
  PATH_NOT_OWNED: entry(403, 'The repository belongs to another user'),
  NOT_FOUND: entry(404, 'Nothing answers at this address'),
  REPO_NOT_FOUND: entry(404, 'No such repository'),
  BRANCH_NOT_FOUND: entry(404, 'No such branch'),
  TASK_NOT_FOUND: entry(404, 'No such sync task'),
  RUN_NOT_FOUND: entry(404, 'No such run'),
  SSH_KEY_NOT_FOUND: entry(404, 'No such SSH key'),
  METHOD_NOT_ALLOWED: entry(405, 'This address does not take that method'),
  CONFLICT: entry(409, 'In conflict with what is stored'),
  VERSION_CONFLICT: entry(409, 'The record was changed by somebody else meanwhile', true),
  REPO_EXISTS: entry(409, 'The repository is registered already'),
  REPO_IN_USE: entry(409, 'The repository is used by a sync task'),
  BRANCH_EXISTS: entry(409, 'The branch exists already'),
  BRANCH_CHECKED_OUT: entry(409, 'The branch is checked out'),
  BRANCH_UNMERGED: entry(409, 'The branch holds commits that are merged nowhere'),
  CHECKOUT_REFUSED: entry(409, 'The checkout would lose work or run foreign code'),
  TASK_RUNNING: entry(409, 'The task is running'),
  SYNC_CONFLICT: entry(409, 'Source and target have diverged'),
  PAYLOAD_TOO_LARGE: entry(413, 'The request body is too large'),
  UNSUPPORTED_MEDIA_TYPE: entry(415, 'The request body must be application/json'),
  RATE_LIMITED: entry(429, 'Too many requests', true),
  ABORTED: entry(499, 'Given up on the caller’s word', true),
  // what happened here
  INTERNAL: entry(500, 'Internal error'),
  STORAGE_FAILED: entry(500, 'The storage failed'),
  STORE_FAILED: entry(500, 'The repository’s store cannot be used'),
  GIT_FAILED: entry(500, 'git failed'),
  GIT_MISSING: entry(500, 'git cannot be started'),
  GIT_OUTPUT_TOO_LARGE: entry(500, 'git printed more than is allowed'),
  DISK_FULL: entry(500, 'No space left', true),
  CLOSED: entry(503, 'Not started, or shut down already', true),
  // what happened at a remote
  GIT_UNREACHABLE: entry(502, 'The remote cannot be reached', true),
  GIT_AUTH_FAILED: entry(502, 'The remote refused the credential'),
  HOST_KEY_MISMATCH: entry(502, 'The remote’s host key or certificate is not the expected one'),
  GIT_REMOTE_NOT_FOUND: entry(502, 'There is no repository at the remote URL'),
  GIT_REJECTED: entry(502, 'The remote refused the update'),
  GIT_TIMEOUT: entry(504, 'git took too long', true),
  GIT_STALLED: entry(504, 'The transfer stood still', true),
  // what a client sees
  SERVER_UNREACHABLE: entry(503, 'The gitferry server cannot be reached, or did not answer in time', true),
  UNEXPECTED_RESPONSE: entry(502, 'The answer is not gitferry’s'),
} as const satisfies Record<string, ErrorCodeEntry>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value)
}
