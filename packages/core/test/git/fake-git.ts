import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitCommand } from '../../src/git/command.ts'
import { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { silentLogger } from '../../src/ports/logger.ts'

/** A shell script in the place of git; answers its path. */
export function fakeGit(dir: string, script: string): string {
  const path = join(dir, 'git')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A runner with folders of its own in `dir`. */
export function runnerIn(dir: string, git = '/usr/bin/git'): ProcessGitRunner {
  const home = join(dir, 'runner-home')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  return new ProcessGitRunner({ git, home, childrenDir: join(dir, 'children'), logger: silentLogger })
}

/** A command that answers what git printed. */
export const rawCommand = (...args: string[]): GitCommand<{ stdout: string; stderr: string }> => ({
  args,
  parse: ({ stdout, stderr }) => ({ stdout: stdout.toString('utf8'), stderr }),
})
