import type { FailureClass, PlanUpdate } from '../contract/index.ts'
import { type GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitRunner } from '../git/command.ts'
import type { RefResult } from '../git/commands/push.ts'
import { writeLocalHead } from '../git/write-local-head.ts'
import { classifyError } from '../sync/classify-error.ts'
import type { Side } from './resolve-sides.ts'

interface MoveHeadOptions {
  readonly runner: GitRunner
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const failed = (reason: string, failure_class: FailureClass | null): RefResult => ({
  ref: 'HEAD',
  outcome: 'failed',
  reason,
  failure_class,
})

/**
 * Carries out the update of HEAD, after the refs: it must not name a branch that did not come. What it fails with takes
 * nothing from the refs; only what gave the whole run up is an `error` besides.
 */
export async function moveHead(
  { source_ref, old_head = null }: PlanUpdate,
  { repo }: Side,
  refs: ReadonlyMap<string, RefResult>,
  { runner, timeoutMs, signal }: MoveHeadOptions,
): Promise<{ readonly result: RefResult; readonly error?: GitferryError }> {
  const branch = source_ref ?? ''
  const carried = refs.get(branch)
  if (carried && carried.outcome !== 'updated' && carried.outcome !== 'in_step') {
    return { result: failed(`${branch} did not come`, carried.failure_class) }
  }
  const input = { runner, commonDir: repo.common_dir, branch, expected: old_head }
  try {
    return { result: await writeLocalHead(input, { timeoutMs, signal }) }
  } catch (error) {
    if (!isGitferryError(error)) throw error
    const result = failed(error.message, classifyError(error))
    return signal.aborted ? { result, error } : { result }
  }
}
