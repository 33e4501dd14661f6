import type { ErrorCode } from '../../wire/index.ts'

/** What can go wrong when a registered repository is read or written by git. */
export const localGitErrors = [
  'PATH_INVALID',
  'NOT_A_REPOSITORY',
  'PATH_OUTSIDE_ROOTS',
  'PATH_NOT_OWNED',
  'GIT_FAILED',
  'GIT_MISSING',
  'GIT_OUTPUT_TOO_LARGE',
  'GIT_TIMEOUT',
] as const satisfies readonly ErrorCode[]

/** What can be missing or broken of what opens a remote: its key, its credential, and the files for a use of ssh. */
export const accessErrors = [
  'SSH_KEY_NOT_FOUND',
  'SSH_KEY_INVALID',
  'CREDENTIAL_NOT_FOUND',
  'SECRETS_UNAVAILABLE',
  'SECRET_UNREADABLE',
  'UNSUPPORTED',
  'STORE_FAILED',
  'DISK_FULL',
] as const satisfies readonly ErrorCode[]

/** What can go wrong when remotes are reached through a store. */
export const remoteErrors = [
  ...localGitErrors,
  ...accessErrors,
  'REMOTE_UNKNOWN',
  'URL_FORBIDDEN',
  'GIT_STALLED',
  'GIT_UNREACHABLE',
  'GIT_AUTH_FAILED',
  'HOST_KEY_MISMATCH',
  'HOST_KEY_UNKNOWN',
  'GIT_REMOTE_NOT_FOUND',
  'GIT_REJECTED',
] as const satisfies readonly ErrorCode[]
