/**
 * After a build: every subpath that a package exports is there, with its types, and can be imported by a program that
 * knows nothing of our sources; and no dependency has been bundled.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>
}

const largestBytes = 300_000
const problems: string[] = []
let subpaths = 0
for (const directory of ['core', 'adapters', 'client', 'server'].map((name) => join('packages', name))) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    subpaths += 1
    const specifier = join(manifest.name, subpath)
    for (const file of [target.types, target.default]) {
      if (!existsSync(join(directory, file))) problems.push(`${specifier}: there is no ${file}`)
    }
    const loaded = await import(specifier).catch((error: unknown) => {
      problems.push(`${specifier} cannot be imported: ${error}`)
      return { present: true }
    })
    if (Object.keys(loaded as object).length === 0) problems.push(`${specifier} exports nothing`)
    const size = existsSync(join(directory, target.default))
      ? readFileSync(join(directory, target.default)).length
      : 0
    if (size > largestBytes) problems.push(`${specifier} has ${size} bytes: is a dependency bundled?`)
  }
}
for (const problem of problems) console.error(problem)
console.log(`built: ${subpaths} subpaths, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
