import { type SimpleGit, simpleGit } from 'simple-git'
import { GitferryError } from '../../errors/index.ts'
import { redact } from '../redact.ts'
import type { GitSetting } from '../settings.ts'
import { ensureLauncher, launcherVariables, settingsVariable } from './launcher.ts'

/** The longest time without a byte from git, in ms; git prints at once or at the end. */
const stallMs = 60_000

export interface ReaderOptions {
  /** Absolute path of git. */
  readonly git: string
  /** The runner's folder (0700): working directory and home of git, and where the launcher is kept. */
  readonly home: string
  readonly gitDir: string
  /** The worktree, for `status`; unset in a store or a bare repository. */
  readonly workTree?: string | undefined
  /** Settings for these commands alone, above all others. */
  readonly settings?: readonly GitSetting[] | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A simple-git for reading one repository: log, diff summary, status. It starts git through our launcher, so in
 * the same environment and with the same settings as the runner does, and keeps all of its own guards. A user's
 * value is not for its arguments. A command that prints nothing takes 50 ms longer than git.
 */
export async function createReader({
  git,
  home,
  gitDir,
  workTree,
  settings = [],
  signal,
}: ReaderOptions): Promise<SimpleGit> {
  const launcher = await ensureLauncher(git, home, workTree === undefined ? 'store' : 'worktree')
  return simpleGit({
    baseDir: home,
    binary: launcher,
    timeout: { block: stallMs },
    ...(signal && { abort: signal }),
    // The launcher is ours; this lets the data directory's path hold spaces and other letters.
    unsafe: { allowUnsafeCustomBinary: true },
  }).env({
    [launcherVariables.gitDir]: gitDir,
    [launcherVariables.workTree]: workTree ?? '',
    [launcherVariables.settings]: settingsVariable(settings),
  })
}

/**
 * What simple-git threw, as our own error; the original holds the whole command line and is not passed on.
 * Codes: ABORTED, GIT_TIMEOUT, GIT_FAILED.
 */
export function fromSimpleGit(error: unknown, verb: string, signal: AbortSignal | undefined): GitferryError {
  if (signal?.aborted) {
    return new GitferryError('ABORTED', `git ${verb} was given up by its caller.`, { cause: signal.reason })
  }
  const text = redact(error instanceof Error ? error.message : String(error)).trim()
  if (text.includes('block timeout reached')) {
    return new GitferryError('GIT_TIMEOUT', `git ${verb} printed nothing for ${stallMs} ms and was stopped.`)
  }
  return new GitferryError('GIT_FAILED', `git ${verb} failed: ${text.split('\n')[0]}`)
}
