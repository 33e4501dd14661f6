/**
 * A dependency names the packages of all its platforms as optional; `npm install` may leave some of them out of
 * the lockfile without a word, and `npm ci` then fails on another machine. This finds such holes, and any address
 * of a registry.
 */
import { readFileSync } from 'node:fs'

interface LockedPackage {
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}
const locked = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')))
const problems: string[] = []
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!locked.has(name)) problems.push(`${path || 'the root'} names ${name}, which is not in the lockfile`)
  }
  if (!entry.link && entry.resolved?.startsWith('http')) problems.push(`${path} names its registry`)
}
for (const problem of problems) console.error(problem)
console.log(`lockfile: ${locked.size} packages, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
