import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { logSettings } from './log-settings.ts'

/** The newest commit reachable from `commit` that changed the path, with git’s own simplification; `null`: none did. */
export const lastCommit = (commit: string, path: string): GitCommand<string | null> => ({
  args: [
    'log',
    '-1',
    '--no-show-signature',
    '--format=%H',
    '--end-of-options',
    requireOid(commit),
    '--',
    path,
  ],
  settings: logSettings,
  parse: ({ stdout }) => stdout.toString('latin1').trimEnd() || null,
})
