import type { RunStatus } from '@gitferry/core/contract'

/** Which statuses a run does not leave any more; the compiler checks that none of the contract's is missing. */
const ended = {
  pending: false,
  running: false,
  success: true,
  conflict: true,
  failed: true,
  partial: true,
  canceled: true,
} as const satisfies Record<RunStatus, boolean>

/**
 * Whether a run of this status has ended. A status that a newer server knows and this client does not counts as
 * ended: a wait must not last for ever over a word.
 */
export const isFinished = (status: RunStatus): boolean => ended[status] !== false
