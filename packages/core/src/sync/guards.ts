import type { PlanUpdate, SyncTaskRow } from '../contract/index.ts'
import type { ErrorCode, ErrorDetails } from '../errors/index.ts'
import { counted } from './counted.ts'
import type { Pairing, Relations } from './pair-refs.ts'

/** Why a plan is not carried out without a person who has looked at it: a guard, or an approval that is needed. */
export interface GuardStop {
  readonly code: Extract<
    ErrorCode,
    'EMPTY_SOURCE' | 'MASS_DELETION' | 'UNRELATED_HISTORY' | 'APPROVAL_REQUIRED'
  >
  readonly message: string
  readonly details: ErrorDetails
}

export interface GuardInput {
  readonly pairing: Pairing
  readonly updates: readonly PlanUpdate[]
  readonly relations: Relations
  readonly task: Pick<SyncTaskRow, 'max_delete_percent' | 'prune'>
}

/** So few deletions are everyday work, whatever their share. */
const harmlessDeletions = 4
/** Refs that are named in the details. */
const namedAtMost = 20

/**
 * Stops a plan that looks like an accident at the source: it was emptied, most of it is gone, or it was made anew with
 * another history. `null`: nothing stops it.
 */
export function checkGuards(input: GuardInput): GuardStop | null {
  return emptySource(input) ?? massDeletion(input) ?? unrelatedHistory(input)
}

function emptySource({ pairing, task }: GuardInput): GuardStop | null {
  const { atTarget, deletions, total } = pairing
  if (deletions.length === 0 || deletions.length < total) return null
  const way = task.prune ? 'look at the stored plan and apply it' : 'change which refs the task selects'
  return {
    code: 'EMPTY_SOURCE',
    message:
      `The source has none of the refs that this task selects, while the target has ${atTarget} of them. ` +
      `Nothing was changed. Check whether the source was emptied or made anew; if this is meant, ${way}.`,
    details: { at_target: atTarget },
  }
}

function massDeletion({ pairing, updates, task: { max_delete_percent } }: GuardInput): GuardStop | null {
  const { atTarget } = pairing
  const deletions = updates.filter(({ action }) => action === 'delete').length
  if (deletions <= harmlessDeletions || deletions * 100 <= max_delete_percent * atTarget) return null
  // rounded up: a share above the limit must not read as the limit
  const percent = Math.ceil((deletions * 100) / atTarget)
  return {
    code: 'MASS_DELETION',
    message:
      `The run would delete ${deletions} of the ${counted(atTarget, 'ref')} of this task at the target (${percent} %); ` +
      `max_delete_percent allows ${max_delete_percent} %. Nothing was changed. If this is meant, look at the stored ` +
      'plan and apply it, or raise max_delete_percent.',
    details: { deletions, at_target: atTarget, max_delete_percent },
  }
}

function unrelatedHistory({ updates, relations }: GuardInput): GuardStop | null {
  const refs = updates
    .filter(({ action, target_ref }) => action === 'force' && relations.get(target_ref)?.related === false)
    .map(({ target_ref }) => target_ref)
  if (refs.length === 0) return null
  return {
    code: 'UNRELATED_HISTORY',
    message:
      `The run would overwrite ${refs[0]}${refs.length > 1 ? ` and ${refs.length - 1} more` : ''} with a history ` +
      'that has no commit in common with the old one. Nothing was changed. Check whether the source was made anew; ' +
      'if this is meant, look at the stored plan and apply it, or set on_diverge to another value.',
    details: { refs: refs.slice(0, namedAtMost), count: refs.length },
  }
}
