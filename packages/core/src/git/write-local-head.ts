import { GitferryError } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { GitRunner, GitRunOptions } from './command.ts'
import { checkedOutBranches } from './commands/checked-out-branches.ts'
import { forEachRef } from './commands/for-each-ref.ts'
import type { RefResult } from './commands/push.ts'
import { requireFullRef } from './full-ref.ts'
import { setHead } from './local/commands/symbolic-ref.ts'
import { readHead } from './local/head.ts'
import { withoutHooks } from './local/hooks-off.ts'

export interface WriteLocalHeadInput {
  readonly runner: GitRunner
  /** The git directory of the repository. */
  readonly commonDir: string
  /** The branch that HEAD is to name. Full name. */
  readonly branch: string
  /** What it must name now. Full name; `null`: it names no ref (it is detached). */
  readonly expected: string | null
}

/**
 * Makes HEAD of a bare repository on this machine name another branch, hooks off. What it named before is looked at just
 * before the change: git has no lease for a symbolic ref.
 *
 * Answers what became of `HEAD`: `updated`; `in_step`; `stale` where it names something else, or the branch is not there;
 * `checked_out` where the repository has a worktree, whose files would look changed.
 * @throws REF_INVALID when `branch` is not one; NOT_A_REPOSITORY; GIT_FAILED, GIT_TIMEOUT, ABORTED
 */
export async function writeLocalHead(
  { runner, commonDir, branch, expected }: WriteLocalHeadInput,
  { signal, timeoutMs }: Pick<GitRunOptions, 'signal' | 'timeoutMs'> = {},
): Promise<RefResult> {
  if (!requireFullRef(branch).startsWith('refs/heads/')) {
    throw new GitferryError(
      'REF_INVALID',
      `${JSON.stringify(branch)} is not a branch; HEAD names branches.`,
      {
        details: { ref: branch },
      },
    )
  }
  const run: GitRunOptions = { gitDir: commonDir, signal, timeoutMs }
  const [{ isBare }, there, hooksOff] = await Promise.all([
    runner.run(checkedOutBranches(), run),
    runner.run(forEachRef([branch]), run),
    withoutHooks(commonDir, runner),
  ])
  if (!isBare) return head('checked_out', 'the repository has a worktree, which stands on HEAD', 'policy')
  if (!there.has(branch)) return head('stale', `${branch} is not there`, 'race')
  const { ref: current } = await readHead(commonDir, { runner, signal })
  if (current === branch) return head('in_step')
  if (current !== expected) return head('stale', `names ${current ?? 'no branch'} by now`, 'race')
  throwIfAborted(signal)
  // once begun it takes milliseconds and is not interrupted
  await runner.run(setHead(branch.slice('refs/heads/'.length), hooksOff), { gitDir: commonDir, timeoutMs })
  return head('updated')
}

const head = (
  outcome: RefResult['outcome'],
  reason = '',
  failure_class: RefResult['failure_class'] = null,
): RefResult => ({ ref: 'HEAD', outcome, reason, failure_class })
