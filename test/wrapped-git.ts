import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A git that does something of its own for one verb and is the real git for all others. `script` is shell; `$GIT "$@"`
 * is the real command, `$DIR` a folder where it may leave marks.
 */
export function wrapGit(dir: string, verb: string, script: string): string {
  const path = join(dir, 'wrapped-git')
  const lines = [
    '#!/bin/sh',
    'GIT=/usr/bin/git',
    `DIR='${dir}'`,
    'for argument in "$@"; do',
    `  if [ "$argument" = "${verb}" ]; then`,
    `    ${script}`,
    '    exit $?',
    '  fi',
    'done',
    'exec $GIT "$@"',
    '',
  ]
  writeFileSync(path, lines.join('\n'), { mode: 0o755 })
  return path
}

/** One start of git, as the operating system saw it. */
export interface RecordedGit {
  /** Without the binary. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** A git that notes its whole environment and its arguments before it becomes the real one. Needs `/proc`. */
export function recordGit(dir: string): { readonly path: string; readonly calls: () => RecordedGit[] } {
  const path = join(dir, 'recorded-git')
  const notes = join(dir, 'recorded')
  mkdirSync(notes)
  const lines = [
    '#!/bin/sh',
    // an absolute path: what PATH holds is what is to be noted
    `/bin/cat /proc/$$/environ /proc/$$/cmdline > '${notes}'/$$`,
    'exec /usr/bin/git "$@"',
    '',
  ]
  writeFileSync(path, lines.join('\n'), { mode: 0o755 })
  const calls = () =>
    readdirSync(notes).flatMap((name) => {
      const noted = readFileSync(join(notes, name), 'utf8').split('\0').slice(0, -1)
      const shell = noted.indexOf('/bin/sh')
      // one that was ended before all was noted never became a git
      if (shell === -1) return []
      const environment = noted.slice(0, shell).map((entry) => {
        const end = entry.indexOf('=')
        return [entry.slice(0, end), entry.slice(end + 1)] as const
      })
      return [{ args: noted.slice(shell + 2), environment: Object.fromEntries(environment) }]
    })
  return { path, calls }
}
