import type { GitCommand } from '../../command.ts'
import { classifyFailure } from '../../parsers/failure.ts'
import type { GitSetting } from '../../settings.ts'

/** What to switch to: a local branch, or one to be created at a tracking ref. */
export interface CheckoutTarget {
  /** Short name of the local branch. */
  readonly name: string
  /** Full tracking ref at which the branch is created; `null` when the branch is there. */
  readonly from: string | null
  /** Whether the created branch follows `from`, which is written to the repository's config. */
  readonly tracks: boolean
}

/**
 * Switches index, worktree and HEAD as `git checkout` does, hooks and filters off. Answers the paths because of
 * which git refused (nothing is changed then), or `[]` when it is done.
 */
export const checkout = (
  { name, from, tracks }: CheckoutTarget,
  settings: readonly GitSetting[],
): GitCommand<readonly string[]> => ({
  args: [
    'checkout',
    // Not quiet, git would look into submodules for its summary, and heed their configs.
    '--quiet',
    '--no-progress',
    '--no-guess',
    '--no-overwrite-ignore',
    '--no-recurse-submodules',
    ...(from === null ? [name] : ['-b', name, tracks ? '--track' : '--no-track', from]),
    '--',
  ],
  settings,
  profile: 'worktree',
  exitCodes: [1],
  parse({ exitCode, stderr }) {
    if (exitCode === 0) return []
    const inTheWay = pathsInTheWay(stderr)
    if (inTheWay.length === 0) throw classifyFailure({ verb: 'checkout', exitCode, stderr })
    return inTheWay
  },
})

/** The paths that git names when it refuses: each on a line of its own after a tab. */
export const pathsInTheWay = (stderr: string): readonly string[] => [
  ...new Set(
    stderr
      .split('\n')
      .filter((line) => line.startsWith('\t'))
      .map((line) => line.slice(1)),
  ),
]
