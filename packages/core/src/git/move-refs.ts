import { isGitferryError } from '../errors/index.ts'
import { clearingDeletes } from './batch-updates.ts'
import type { GitRunner, GitRunOptions } from './command.ts'
import type { RefResult, RefUpdate } from './commands/push.ts'
import { updateRefs } from './commands/update-ref.ts'
import { heldUp } from './find-unmovable.ts'
import type { GitSetting } from './settings.ts'

export interface MoveRefsOptions extends Pick<GitRunOptions, 'gitDir' | 'timeoutMs' | 'signal'> {
  readonly runner: GitRunner
  readonly settings: readonly GitSetting[]
  /** All or none. */
  readonly atomic: boolean
}

/** Transactions that may fail before the rest is given up: what fails all of them is wrong with the repository. */
const mostFailures = 64

type Failure = Pick<RefResult, 'outcome' | 'reason' | 'failure_class'> & { readonly ref: string | undefined }

/**
 * Moves refs of a repository, each only if it is what was expected: in one transaction if that can be done, after one
 * for the deletes that make room. A transaction that fails is halved until those at fault stand alone, so one bad ref
 * among a thousand costs ten transactions more. An abort between two of them leaves the first ones done: the caller looks again.
 * @throws REF_INVALID, INVALID_INPUT; UNSUPPORTED (`atomic` with a delete that makes room), DISK_FULL, GIT_TIMEOUT, ABORTED
 */
export async function moveRefs(
  updates: readonly RefUpdate[],
  { atomic, ...options }: MoveRefsOptions,
): Promise<RefResult[]> {
  const { clearing, others } = clearingDeletes(updates, { atomic })
  if (atomic) return moveTogether(others, options)
  const budget = { failures: mostFailures }
  const cleared = await moveApart(clearing, options, budget)
  return [...cleared, ...(await moveApart(others, options, budget))]
}

const updated = ({ ref }: RefUpdate): RefResult => ({
  ref,
  outcome: 'updated',
  reason: '',
  failure_class: null,
})

async function moveTogether(
  updates: readonly RefUpdate[],
  options: Omit<MoveRefsOptions, 'atomic'>,
): Promise<RefResult[]> {
  const failure = await transact(updates, options)
  if (failure === undefined) return updates.map(updated)
  const isNamed = updates.some(({ ref }) => ref === failure.ref)
  return updates.map(({ ref }) =>
    !isNamed || ref === failure.ref ? { ...failure, ref } : heldUp(ref, failure),
  )
}

async function moveApart(
  updates: readonly RefUpdate[],
  options: Omit<MoveRefsOptions, 'atomic'>,
  budget: { failures: number },
): Promise<RefResult[]> {
  if (budget.failures === 0) {
    const reason = `not tried: ${mostFailures} transactions had failed before`
    return updates.map(({ ref }) => ({ ref, outcome: 'failed', reason, failure_class: 'local' }))
  }
  const failure = await transact(updates, options)
  if (failure === undefined) return updates.map(updated)
  budget.failures -= 1
  if (updates.length === 1) return updates.map(({ ref }) => ({ ...failure, ref }))
  const middle = Math.ceil(updates.length / 2)
  const before = await moveApart(updates.slice(0, middle), options, budget)
  return [...before, ...(await moveApart(updates.slice(middle), options, budget))]
}

/** One transaction; `undefined`: all refs were moved. */
async function transact(
  updates: readonly RefUpdate[],
  { runner, settings, ...options }: Omit<MoveRefsOptions, 'atomic'>,
): Promise<Failure | undefined> {
  if (updates.length === 0) return undefined
  try {
    const result = await runner.run({ ...updateRefs(updates), settings }, options)
    return result.outcome === 'updated' ? undefined : { ...result, failure_class: 'race' }
  } catch (error) {
    if (!isGitferryError(error, 'GIT_FAILED')) throw error
    const { message, details } = error
    // another git holds a lock, or has just made a ref in the way: the next plan sees what it left
    const isRace = details.reason === 'locked' || details.reason === 'ref_clash'
    return {
      ref: undefined,
      outcome: isRace ? 'stale' : 'failed',
      reason: message,
      failure_class: isRace ? 'race' : 'local',
    }
  }
}
