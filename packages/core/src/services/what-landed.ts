import type { FailureClass } from '../contract/index.ts'
import type { ErrorCode, GitferryError } from '../errors/index.ts'
import type { RefResult, RefUpdate } from '../git/commands/push.ts'
import { classifyError } from '../sync/classify-error.ts'

/** What became of the refs of a push; `error`: what cut it off. */
export interface Written {
  readonly results: readonly RefResult[]
  readonly error?: GitferryError | undefined
}

/**
 * What broke off after the target took it looks like a failure: what the target has decides. Of what is not there a
 * remote may still be at work, so nobody knows what will come of it (`network`); what was written here is dead.
 */
export function whatLanded(
  updates: readonly RefUpdate[],
  found: ReadonlyMap<string, string>,
  error: GitferryError,
  { isLocal }: { readonly isLocal: boolean },
): RefResult[] {
  const rest = isLocal ? classifyError(error) : 'network'
  return updates.map((update) =>
    (found.get(update.ref) ?? null) === update.oid
      ? {
          ref: update.ref,
          outcome: 'updated',
          reason: 'the push broke off after the target took it',
          failure_class: null,
        }
      : { ref: update.ref, outcome: 'failed', reason: error.message, failure_class: rest },
  )
}

/** The same failure for every ref. */
export const allFailed = (
  updates: readonly RefUpdate[],
  reason: string,
  failure_class: FailureClass,
): RefResult[] => updates.map(({ ref }) => ({ ref, outcome: 'failed', reason, failure_class }))

const uncertain = new Set<ErrorCode>([
  ...(['GIT_UNREACHABLE', 'GIT_STALLED', 'GIT_TIMEOUT', 'GIT_FAILED', 'GIT_OUTPUT_TOO_LARGE'] as const),
  'ABORTED',
  // what is noted after a push, such as the last use of its key
  ...(['STORAGE_FAILED', 'DISK_FULL'] as const),
])

/** Whether an error leaves open what the target took: all but the target's own word that it took nothing. */
export const mayHaveLanded = (error: GitferryError) => uncertain.has(error.code)
