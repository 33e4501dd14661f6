/**
 * Asks the registry for known vulnerabilities of what the lockfile names, and fails on any that is high or critical. A
 * registry that has no such address is said, and is no failure: many mirrors have none. Anything else that goes wrong is.
 */
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'

interface Report {
  readonly message?: string
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> }
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>
}

export interface Verdict {
  readonly said: string
  readonly isFailure: boolean
}

/** A registry that does not know the question, or cannot be reached from here. */
const unanswered = /^(?:404|405|501) |\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)\b/

const grave = new Set(['high', 'critical'])

/** What the output of `npm audit --json` comes to. */
export function verdictOf(output: string): Verdict {
  let report: Report
  try {
    report = JSON.parse(output) as Report
  } catch {
    return { said: 'npm audit printed no report', isFailure: true }
  }
  const counts = report.metadata?.vulnerabilities
  if (counts === undefined) {
    const why = report.message ?? 'it gave no reason'
    return unanswered.test(why)
      ? { said: 'passed over, the registry answers no audit here', isFailure: false }
      : { said: `npm audit failed: ${why}`, isFailure: true }
  }
  const bad = Object.entries(report.vulnerabilities ?? {}).filter(([, { severity }]) => grave.has(severity))
  const all = Object.entries(counts).map(([severity, count]) => `${count} ${severity}`)
  const named = bad.map(([name, { severity }]) => `${name} is ${severity}`)
  return { said: [all.join(', '), ...named].join('\n'), isFailure: bad.length > 0 }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { stdout } = spawnSync('npm', ['audit', '--json', '--audit=true'], { encoding: 'utf8' })
  const { isFailure, said } = verdictOf(stdout)
  console.log(`audit: ${said}`)
  process.exitCode = isFailure ? 1 : 0
}
