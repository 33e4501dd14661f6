import { writeFileSync } from 'node:fs'
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
