import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitCommand } from '../../src/git/command.ts'
import { ProcessGitRunner } from '../../src/git/process-runner.ts'
import type { ProcessStarter } from '../../src/git/process-starter.ts'
import { silentLogger } from '../../src/ports/logger.ts'

/** A shell script in the place of git; answers its path. */
export function fakeGit(dir: string, script: string): string {
  const path = join(dir, 'git')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A runner with folders of its own in `dir`. */
export function runnerIn(dir: string, git = '/usr/bin/git', starter?: ProcessStarter): ProcessGitRunner {
  return new ProcessGitRunner({ git, ...foldersIn(dir), logger: silentLogger, starter })
}

/** The folders of a runner and of its starter. */
export function foldersIn(dir: string): { readonly home: string; readonly childrenDir: string } {
  const home = join(dir, 'runner-home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  return { home, childrenDir: join(dir, 'children') }
}

/** A command that answers what git printed. */
export const rawCommand = (...args: string[]): GitCommand<{ stdout: string; stderr: string }> => ({
  args,
  parse: ({ stdout, stderr }) => ({ stdout: stdout.toString('utf8'), stderr }),
})
