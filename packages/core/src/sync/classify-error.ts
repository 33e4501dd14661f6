import type { FailureClass } from '../contract/index.ts'
import type { ErrorCode } from '../errors/index.ts'

const classes: Partial<Readonly<Record<ErrorCode, FailureClass>>> = {
  GIT_UNREACHABLE: 'network',
  GIT_STALLED: 'network',
  GIT_TIMEOUT: 'network',
  GIT_AUTH_FAILED: 'auth',
  SSH_KEY_NOT_FOUND: 'auth',
  SSH_KEY_INVALID: 'auth',
  CREDENTIAL_NOT_FOUND: 'auth',
  SECRETS_UNAVAILABLE: 'auth',
  SECRET_UNREADABLE: 'auth',
  HOST_KEY_MISMATCH: 'trust',
  HOST_KEY_UNKNOWN: 'trust',
  GIT_REMOTE_NOT_FOUND: 'gone',
  BRANCH_NOT_FOUND: 'gone',
  REPO_NOT_FOUND: 'gone',
  REMOTE_UNKNOWN: 'gone',
  GIT_OUTPUT_TOO_LARGE: 'too_big',
  VERSION_CONFLICT: 'race',
  PLAN_STALE: 'race',
  GIT_REJECTED: 'policy',
  URL_FORBIDDEN: 'policy',
  REF_PROTECTED: 'policy',
  SYNC_CONFLICT: 'policy',
  APPROVAL_REQUIRED: 'policy',
  MASS_DELETION: 'policy',
  UNRELATED_HISTORY: 'policy',
  EMPTY_SOURCE: 'policy',
  PATH_OUTSIDE_ROOTS: 'policy',
  PATH_NOT_OWNED: 'policy',
  UNSUPPORTED: 'policy',
}

/** What git failed at, where that is not this machine’s doing. */
const failures: Readonly<Record<string, FailureClass>> = {
  // listed a moment before, and gone when it was fetched
  object_missing: 'race',
  protocol: 'network',
}

const lfsClasses: Readonly<Record<string, FailureClass>> = {
  missing: 'gone',
  no_lfs: 'gone',
  damaged: 'local',
  layout: 'local',
  auth: 'auth',
  forbidden: 'policy',
  redirect: 'policy',
  quota: 'too_big',
  too_large: 'too_big',
}

/** What kind of trouble an error is: what has no other cause than this machine is `local`. */
export function classifyError({
  code,
  details,
}: {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
}): FailureClass {
  if (code === 'GIT_REJECTED' && details.reason === 'too_large') return 'too_big'
  if (code === 'LFS_FAILED') return lfsClasses[String(details.reason)] ?? 'network'
  if (code === 'GIT_FAILED') return failures[String(details.reason)] ?? 'local'
  return classes[code] ?? 'local'
}
