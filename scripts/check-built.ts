/**
 * After a build: every subpath that a package exports is there, with its types, and can be imported by a program that
 * knows nothing of our sources, and type-checked by one that checks declarations too; whatever a package publishes is
 * there; no dependency has been bundled; and the programs of the fork server and of the key worker are found and work.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>
}

const problems: string[] = []
const specifiers: string[] = []
for (const directory of ['core', 'adapters', 'client', 'server'].map((name) => join('packages', name))) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  for (const file of manifest.files) {
    if (!existsSync(join(directory, file))) problems.push(`${manifest.name}: there is no ${file} to publish`)
  }
  for (const name of readdirSync(join(directory, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue
    // the bundler names the file that each piece of code came from
    const bundled = /^\/\/ (?:\.\.\/)*node_modules\/((?:@[^/]+\/)?[^/]+)/m.exec(
      readFileSync(join(directory, 'dist', name), 'utf8'),
    )
    if (bundled) problems.push(`${manifest.name}: ${name} holds the dependency ${bundled[1]}`)
  }
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const specifier = join(manifest.name, subpath)
    specifiers.push(specifier)
    for (const file of [target.types, target.default]) {
      if (!existsSync(join(directory, file))) problems.push(`${specifier}: there is no ${file}`)
    }
    const loaded = await import(specifier).catch((error: unknown) => {
      problems.push(`${specifier} cannot be imported: ${error}`)
      return { present: true }
    })
    if (Object.keys(loaded as object).length === 0) problems.push(`${specifier} exports nothing`)
  }
}

// what somebody writes who has installed the packages
const consumer = `
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createClient } from '@gitferry/client'
import { createGitferry } from '@gitferry/core'
import type { GitferryApi } from '@gitferry/core/contract'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'

async function names(gitferry: GitferryApi): Promise<string[]> {
  const { items } = await gitferry.repos.list()
  return items.map((repo) => repo.name)
}

const gitferry = createGitferry({ storage: memoryStorage() })
const { url } = await serve(createApp(gitferry), { port: 0 })
const all: string[] = [...(await names(gitferry)), ...(await names(createClient({ baseUrl: url })))]
// @ts-expect-error: were the types not found, everything would be allowed
const none: number = await names(gitferry)
console.log(all, none)
`
const folder = join('.build', 'consumer')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
try {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'main.ts'), consumer)
  writeFileSync(
    join(folder, 'all.ts'),
    specifiers.map((specifier, index) => `export * as all${index} from '${specifier}'\n`).join(''),
  )
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
      },
      include: ['*.ts'],
    }),
  )
  const { status } = spawnSync('tsc', ['-p', folder], { stdio: 'inherit' })
  if (status !== 0) problems.push('a program that uses the built packages does not pass the type check')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Warnings that a built gitferry gives while it runs its first gits and opens an encrypted key: it gives one when it has
 * no fork server, or no worker thread.
 */
async function warningsOfABuiltGitferry(): Promise<string[]> {
  const { aesGcmSecrets } = await import('@gitferry/adapters/secrets/aes-gcm')
  const { memoryStorage } = await import('@gitferry/adapters/storage/memory')
  const { createGitferry } = await import('@gitferry/core')
  const folder = mkdtempSync(join(tmpdir(), 'gitferry-built-'))
  const dataDir = join(folder, 'data')
  const warnings: string[] = []
  const warn = (message: string, fields: unknown) => {
    warnings.push(`${message} ${JSON.stringify(fields)}`)
  }
  const logger = { debug() {}, info() {}, warn, error: warn }
  const path = join(folder, 'repo.git')
  execFileSync('git', ['init', '--quiet', '--bare', path])
  const key = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', key])
  const private_key = readFileSync(key, 'utf8')
  const secrets = aesGcmSecrets({ key: new Uint8Array(32) })
  const gitferry = createGitferry({ storage: memoryStorage(), secrets, dataDir, logger })
  try {
    await gitferry.start()
    await gitferry.repos.register({ path })
    await gitferry.keys.create({ name: 'key', private_key, passphrase: 'secret' })
  } finally {
    await gitferry.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return warnings
}

const warnings = await warningsOfABuiltGitferry().catch((error: unknown) => [String(error)])
problems.push(...warnings.map((warning) => `a built gitferry says: ${warning}`))
for (const problem of problems) console.error(problem)
console.log(`built: ${specifiers.length} subpaths, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
