import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

interface Input {
  /** A file that is git's stdin. */
  readonly stdin: string
}

/** Runs git itself, apart from everything under test; answers what it printed, trimmed. */
export function plainGit(cwd: string, ...given: readonly (string | Input)[]): string {
  const args = given.filter((argument) => typeof argument === 'string')
  const [input] = given.filter((argument) => typeof argument !== 'string')
  const stdin = input && openSync(input.stdin, 'r')
  try {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' }
    return execFileSync('git', args, { cwd, env, stdio: [stdin ?? 'ignore', 'pipe', 'pipe'] })
      .toString('utf8')
      .trim()
  } finally {
    if (stdin !== undefined) closeSync(stdin)
  }
}
