import type { RunRef } from '../contract/index.ts'
import type { GitferryError } from '../errors/index.ts'
import { classifyError } from './classify-error.ts'

/** Why a further try within a run may do better: a ref moved meanwhile, or the network failed. */
export type TryAgain = 'race' | 'network'

/** Whether it is worth another try after an error; `undefined`: it would fail again, or there is no time left. */
export function tryAgainAfter(error: Pick<GitferryError, 'code' | 'details'>): TryAgain | undefined {
  if (error.code === 'PLAN_STALE' || error.code === 'GIT_TIMEOUT') return undefined
  const kind = classifyError(error)
  return kind === 'race' || kind === 'network' ? kind : undefined
}

/** Whether it is worth another try for what became of the refs. */
export function tryAgainFor(refs: readonly RunRef[]): TryAgain | undefined {
  if (refs.some(({ outcome }) => outcome === 'stale')) return 'race'
  const isCutOff = refs.some(
    ({ failure_class, outcome }) => outcome === 'failed' && failure_class === 'network',
  )
  return isCutOff ? 'network' : undefined
}
