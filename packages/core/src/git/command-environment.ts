import { GitferryError } from '../errors/index.ts'
import type { GitRunOptions, GitStreamCommand } from './command.ts'
import { mayBeAdded } from './environment.ts'
import { settingsEnvironment, stallSettings, storeSettings, worktreeSettings } from './settings.ts'

const control = /\p{Cc}/u

/** What git is started with. @throws INVALID_INPUT for control characters */
export function argumentsOf(command: GitStreamCommand, { gitDir, workTree }: GitRunOptions): string[] {
  const args = [...command.args]
  if (workTree !== undefined) args.unshift(`--work-tree=${workTree}`)
  if (gitDir !== undefined) args.unshift(`--git-dir=${gitDir}`)
  if (args.some((argument) => control.test(argument))) {
    throw new GitferryError('INVALID_INPUT', `git ${command.args[0]}: an argument holds control characters.`)
  }
  return args
}

/**
 * The whole environment of one command: what is fixed, what the command adds, and its settings.
 * @throws INVALID_INPUT for a variable that may not be added, and for control characters
 */
export function commandEnvironment(
  command: GitStreamCommand,
  fixed: Readonly<Record<string, string>>,
  { stallTimeoutMs }: Pick<GitRunOptions, 'stallTimeoutMs'> = {},
): Record<string, string> {
  const settings = command.profile === 'worktree' ? worktreeSettings : storeSettings
  const added = command.env ?? {}
  for (const [name, value] of Object.entries(added)) {
    if (!mayBeAdded(name, fixed) || control.test(value)) {
      throw new GitferryError(
        'INVALID_INPUT',
        `git ${command.args[0]}: the variable ${name} may not be set so.`,
      )
    }
  }
  const { sshCommand } = command
  if (sshCommand !== undefined && (command.protocol !== 'ssh' || control.test(sshCommand))) {
    throw new GitferryError('INVALID_INPUT', `git ${command.args[0]}: ssh may not be started so.`)
  }
  for (const [key, value] of command.settings ?? []) {
    if (control.test(key) || control.test(value)) {
      throw new GitferryError('INVALID_INPUT', `git ${command.args[0]}: a setting holds control characters.`)
    }
  }
  return {
    ...fixed,
    ...added,
    ...settingsEnvironment([...settings, ...stallSettings(stallTimeoutMs), ...(command.settings ?? [])]),
    GIT_ALLOW_PROTOCOL: command.protocol ?? '',
    ...(sshCommand === undefined ? {} : { GIT_SSH_COMMAND: sshCommand }),
  }
}
