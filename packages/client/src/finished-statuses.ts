import type { RunStatus } from '@gitferry/core/contract'

type Unfinished = 'pending' | 'running'

/** Every other status of the contract, so that the compiler finds a new one that is none of them. */
type Finished = 'success' | 'conflict' | 'failed' | 'partial' | 'canceled'

const unfinished: readonly (RunStatus extends Unfinished | Finished ? string : never)[] = [
  'pending',
  'running',
] satisfies readonly Unfinished[]

/**
 * Whether a run of this status has ended. A status that a newer server knows and this client does not counts as
 * ended: a wait must not last for ever over a word.
 */
export const isFinished = (status: RunStatus): boolean => !unfinished.includes(status)
