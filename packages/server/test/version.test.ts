import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GitSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageVersion, readVersion } from '../src/version.ts'

const unknown = { version: 'v1.2.3', build_time: 'unknown', git_commit: 'unknown' }
const ours = { 'package.json': '{"name":"gitferry-workspace"}' }

let sandbox: GitSandbox
let root: string

beforeEach(() => {
  sandbox = new GitSandbox()
  root = sandbox.repository('checkout')
})
afterEach(() => sandbox.dispose())

/** Lays out files around a package; answers the address of its module `packages/server/<folder>/version.ts`. */
function moduleIn(files: Readonly<Record<string, string>>, folder = 'src'): string {
  const all = { 'packages/server/package.json': '{"version":"1.2.3"}', ...files }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return pathToFileURL(join(root, 'packages/server', folder, 'version.ts')).href
}

const read = (module: string) => readVersion('/usr/local/bin:/usr/bin:/bin', module)

describe('the version', () => {
  it('run from source names the checkout’s commit and its date', async () => {
    const git_commit = sandbox.commit(root)
    const build_time = new Date(sandbox.run(root, 'log', '-1', '--format=%cI')).toISOString()
    expect(await read(moduleIn(ours))).toEqual({ version: 'v1.2.3', build_time, git_commit })
    expect(packageVersion(moduleIn(ours))).toBe('v1.2.3')
  })

  it('is unknown in a checkout without commits, in that of another project, and outside of any', async () => {
    expect(await read(moduleIn(ours))).toEqual(unknown)
    sandbox.commit(root)
    expect(await read(moduleIn({ 'package.json': '{"name":"app"}' }))).toEqual(unknown)
    rmSync(join(root, '.git'), { recursive: true })
    expect(await read(moduleIn(ours))).toEqual(unknown)
  })

  it('of a build is what the build wrote down', async () => {
    const stamp = { build_time: '2024-01-01T00:00:00Z', git_commit: '0'.repeat(40) }
    const module = moduleIn({ 'packages/server/dist/build.json': JSON.stringify(stamp) }, 'dist')
    expect(await read(module)).toEqual({ version: 'v1.2.3', ...stamp })
  })
})
