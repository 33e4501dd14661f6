import { GitferryError } from '../../errors/index.ts'

/** What kind of trouble, in `details.reason` of LFS_FAILED. */
export type LfsFailureReason =
  | 'missing'
  | 'damaged'
  | 'auth'
  | 'quota'
  | 'too_large'
  | 'rate_limit'
  | 'no_lfs'
  | 'forbidden'
  | 'redirect'
  | 'protocol'
  | 'network'
  | 'layout'
  | 'other'

export interface LfsFailureDetails {
  readonly reason: LfsFailureReason
  /** How many objects. */
  readonly objects?: number
  readonly cause?: unknown
}

/** `why`: what happened, and on what; no full stop. */
export function lfsFailed(why: string, { cause, ...details }: LfsFailureDetails): GitferryError {
  const message = `Git LFS objects could not be carried, and no ref was pushed: ${why}. ${advice[details.reason]}`
  return new GitferryError('LFS_FAILED', message, { details, cause })
}

const advice: Readonly<Record<LfsFailureReason, string>> = {
  missing: 'Push them to the source from a clone that has them (git lfs push --all), then run again.',
  damaged: 'Replace it in the source by a good copy (git lfs fsck finds others), then run again.',
  auth: 'Check that the credential or key is valid and may use LFS there.',
  quota: 'Make room there or buy more of it, then run again.',
  too_large: 'The server takes no object of that size.',
  rate_limit: 'Try again later, or less often.',
  no_lfs: 'Check that LFS is switched on there, for this repository.',
  forbidden: 'Name the host in allowOutgoing, if it may be reached.',
  redirect: 'Redirects are not followed: use the final URL.',
  protocol: 'What answers there does not speak the LFS protocol as it should.',
  network: 'It is worth another try later.',
  layout: 'Put a folder in its place.',
  other: 'Read the log of the run.',
}
