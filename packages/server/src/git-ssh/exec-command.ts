import type { GitServiceName } from '@gitferry/core'

/** What a client asks to be run: one of git's two services on one address, or why it is not. */
export type ExecCommand =
  | { readonly service: GitServiceName; readonly group: string; readonly name: string }
  | { readonly problem: string }

/** Far more than two names and a verb need. In characters. */
const longestCommand = 4_096

const archiveRefused =
  'archives are not made over ssh. Ask the API for one, or clone with --depth 1 and run git archive there.'

/**
 * Reads what git has an ssh client run: `git-upload-pack '/group/name.git'`, or `git upload-pack …`, the path quoted as
 * git quotes it. There is no shell, so nothing else has a meaning.
 */
export function readExecCommand(command: string): ExecCommand {
  if (command.length > longestCommand) {
    return { problem: `the command is longer than ${longestCommand} characters.` }
  }
  const [, verb, argument = ''] =
    /^git[- ](upload-pack|receive-pack|upload-archive) (.+)$/s.exec(command) ?? []
  if (verb === undefined)
    return { problem: 'git is served here, and no other command: clone, fetch or push.' }
  if (verb === 'upload-archive') return { problem: archiveRefused }
  const path = unquote(argument)
  if (path === undefined)
    return { problem: 'the address must be one word in single quotes, as git writes it.' }
  const [, group, name] = /^\/?([^/\p{Cc}]+)\/([^/\p{Cc}]+)\.git\/?$/u.exec(path) ?? []
  if (group === undefined || name === undefined) {
    return { problem: 'the address of a repository is group/name.git.' }
  }
  return { service: verb as GitServiceName, group, name }
}

/** As `sq_dequote` of git's `quote.c`: `'` and `!` stand outside of the quotes, behind a backslash. */
function unquote(text: string): string | undefined {
  if (!/^'[^']*(?:'\\['!]'[^']*)*'$/.test(text)) return undefined
  return text.slice(1, -1).replace(/'\\(['!])'/g, '$1')
}
