/**
 * A dependency names the packages of all its platforms as optional; `npm install` may leave some of them out of
 * the lockfile without a word, and `npm ci` then fails on another machine. This finds such holes, any address of a
 * registry, anything without a hash, and every package that would run a script when it is installed and is not named
 * in `allowScripts` of package.json.
 */
import { readFileSync } from 'node:fs'

interface LockedPackage {
  readonly resolved?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}
const locked = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')))
const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>
}
const problems: string[] = []
const withScripts = new Set<string>()
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!locked.has(name)) problems.push(`${path || 'the root'} names ${name}, which is not in the lockfile`)
  }
  const name = path.replace(/^.*node_modules\//, '')
  if (entry.hasInstallScript) {
    withScripts.add(name)
    if (!Object.hasOwn(allowScripts, name)) {
      problems.push(`${path} has an install script: name it in allowScripts, with whether it may run`)
    }
  }
  if (path.includes('node_modules/') && !entry.link && entry.integrity === undefined) {
    problems.push(`${path} has no hash`)
  }
  if (!entry.link && entry.resolved?.startsWith('http')) problems.push(`${path} names its registry`)
}
for (const name of Object.keys(allowScripts)) {
  if (!withScripts.has(name)) problems.push(`allowScripts names ${name}, which has no install script`)
}
for (const problem of problems) console.error(problem)
console.log(`lockfile: ${locked.size} packages, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
