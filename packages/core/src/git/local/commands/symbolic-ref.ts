import type { GitCommand } from '../../command.ts'
import type { GitSetting } from '../../settings.ts'

/** Answers the full ref that the symbolic ref `name` points at, or `null` when it is none or not there. */
export const symbolicRef = (name: string): GitCommand<string | null> => ({
  args: ['symbolic-ref', '--quiet', '--end-of-options', name],
  exitCodes: [1],
  parse: ({ exitCode, stdout }) => (exitCode === 0 ? stdout.toString('utf8').trimEnd() : null),
})

/** Makes the symbolic ref `name` point at `target`; both are full refs. */
export const setSymbolicRef = (name: string, target: string): GitCommand<void> => ({
  args: ['symbolic-ref', '--end-of-options', name, target],
  parse: () => {},
})

/** Makes HEAD name the branch `branch`, without touching index or worktree. */
export const setHead = (branch: string, settings: readonly GitSetting[]): GitCommand<void> => ({
  args: [
    'symbolic-ref',
    '-m',
    `checkout: moving to ${branch}`,
    '--end-of-options',
    'HEAD',
    `refs/heads/${branch}`,
  ],
  settings,
  parse: () => {},
})
