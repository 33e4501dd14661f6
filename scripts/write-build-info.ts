/** Stamps what was built, and from which commit, into the server's dist folder. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}

const build = { build_time: new Date().toISOString(), git_commit: commit() }
writeFileSync('packages/server/dist/build.json', `${JSON.stringify(build, null, 2)}\n`)
