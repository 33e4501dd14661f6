/**
 * Who may import whom: the arrows of ARCHITECTURE.md. Reads every import of every source file and fails on one
 * that no arrow allows.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** What a layer may import: layers of this repository, packages, and whether `node:` modules. */
interface Layer {
  readonly layers: readonly string[]
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[]
  readonly packages: readonly string[]
  readonly node: boolean
}

const coreInside = ['core/wire', 'core/contract', 'core/ports', 'core/errors']
const coreMiddle = [
  'core/git',
  'core/keys',
  'core/audit',
  'core/sync',
  'core/schedule',
  'core/notifications',
  'core/webhooks',
  'core/signature',
  'core/protection',
  'core/rights',
  'core/services',
  'core/runtime',
  'core/runtime/abort',
]

/** The most specific prefix of a file's path names its layer. */
export const layers: Readonly<Record<string, Layer>> = {
  'core/wire': { layers: [], packages: [], node: false },
  'core/contract': { layers: ['core/wire'], packages: ['zod'], node: false },
  'core/errors': { layers: ['core/wire'], packages: ['zod'], node: false },
  'core/ports': { layers: ['core/wire', 'core/contract', 'core/errors'], packages: [], node: false },
  'core/sync': { layers: coreInside, packages: [], node: false },
  'core/audit': { layers: coreInside, packages: [], node: true },
  'core/keys': { layers: [...coreInside, 'core/runtime/abort'], packages: ['ssh2', 'sshpk'], node: true },
  'core/schedule': { layers: coreInside, packages: ['cron-parser'], node: true },
  'core/notifications': { layers: coreInside, packages: ['liquidjs'], node: false },
  'core/rights': { layers: coreInside, packages: [], node: false },
  'core/webhooks': { layers: coreInside, packages: [], node: true },
  'core/signature': { layers: coreInside, packages: [], node: true },
  'core/protection': { layers: coreInside, packages: [], node: false },
  // giving up is pure and of use everywhere below the services
  'core/runtime/abort': { layers: coreInside, packages: [], node: false },
  'core/git': { layers: [...coreInside, 'core/runtime/abort'], packages: ['ssh2'], node: true },
  'core/services': { layers: [...coreInside, ...coreMiddle], packages: ['zod'], node: true },
  'core/runtime': {
    layers: [...coreInside, ...coreMiddle],
    packages: ['zod', 'p-queue', 'eventemitter3', 'undici'],
    node: true,
  },
  'core/testing': { layers: coreInside, packages: ['zod'], node: true },
  core: { layers: [...coreInside, ...coreMiddle], packages: [], node: true },
  adapters: { layers: coreInside, packages: ['kysely'], node: true },
  'server/bin': { layers: ['server', 'core', ...coreInside, 'adapters'], packages: ['pino'], node: true },
  server: {
    layers: ['core', ...coreInside],
    packages: ['hono', '@hono/node-server', 'pino', 'prom-client', 'ssh2', 'yaml', 'zod'],
    node: true,
  },
  client: { layers: ['core/wire'], types: ['core/contract'], packages: ['ky'], node: false },
}

/** Every import and re-export of a TypeScript source. */
export function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '')
  const found: Import[] = []
  for (const match of code.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm)) {
    found.push({ specifier: match[2]!, typeOnly: match[1] !== undefined })
  }
  for (const match of code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) {
    found.push({ specifier: match[1]!, typeOnly: false })
  }
  return found
}

/** `packages/core/src/git/store.ts` → `core/git`. */
export function layerOf(file: string): string {
  const inside = file
    .split(sep)
    .join('/')
    .replace(/^packages\/([^/]+)\/src\//, '$1/')
    .replace(/\.ts$/, '')
  const names = Object.keys(layers).filter((name) => inside === name || inside.startsWith(`${name}/`))
  return names.sort((a, b) => b.length - a.length)[0] ?? inside
}

/** Why an import is not allowed, or `undefined`. */
export function problemWith(file: string, { specifier, typeOnly }: Import): string | undefined {
  const from = layerOf(file)
  const rules = layers[from]
  if (rules === undefined) return `${file} lies in no known layer`
  if (specifier.startsWith('node:')) {
    return rules.node ? undefined : `${file} (${from}) may not import ${specifier}`
  }
  const target = targetOf(file, specifier)
  if (target === undefined) {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    return rules.packages.includes(name) ? undefined : `${file} (${from}) may not import the package ${name}`
  }
  if (target === from || rules.layers.includes(target)) return undefined
  if (typeOnly && rules.types?.includes(target)) return undefined
  return `${file}: ${from} may not import ${target} (${specifier})`
}

function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return layerOf(normalize(join(dirname(file), specifier)))
  const match = /^@gitferry\/([^/]+)(?:\/(.+))?$/.exec(specifier)
  if (match === null) return undefined
  return layerOf(
    `packages/${match[1]}/src/${match[2] ?? 'index'}${match[2]?.includes('.') ? '' : '/index.ts'}`,
  )
}

function sources(): string[] {
  return readdirSync('packages', { recursive: true, encoding: 'utf8' })
    .map((path) => join('packages', path))
    .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !path.includes('node_modules'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = sources()
  const problems = files.flatMap((file) =>
    importsOf(readFileSync(file, 'utf8')).flatMap((found) => problemWith(file, found) ?? []),
  )
  for (const problem of problems) console.error(problem)
  console.log(`imports: ${files.length} files, ${problems.length} problems`)
  process.exitCode = problems.length > 0 ? 1 : 0
}
