import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { readVersion } from '../src/version.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'
const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** Lays out files around a package and reads the version of its module `packages/server/src/version.ts`. */
function versionIn(files: Readonly<Record<string, string>>, folder = 'src') {
  const root = mkdtempSync(join(tmpdir(), 'gitferry-version-'))
  roots.push(root)
  const all = { 'packages/server/package.json': '{"version":"1.2.3"}', ...files }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return readVersion(pathToFileURL(join(root, 'packages/server', folder, 'version.ts')).href)
}

const checkout = { 'package.json': '{"name":"gitferry-workspace"}' }
const unknown = { version: 'v1.2.3', build_time: 'unknown', git_commit: 'unknown' }

describe('the version', () => {
  it.each<[string, Record<string, string>]>([
    ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${commit}\n` }],
    [
      'a packed branch',
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.git/packed-refs': `# pack-refs\n${commit} refs/heads/main\n`,
      },
    ],
    ['no branch', { '.git/HEAD': `${commit}\n` }],
    [
      'a worktree',
      {
        '.git': 'gitdir: other/worktrees/w\n',
        'other/worktrees/w/HEAD': 'ref: refs/heads/main\n',
        'other/worktrees/w/commondir': '../..\n',
        'other/refs/heads/main': `${commit}\n`,
      },
    ],
  ])('names the checkout’s commit on %s', (_, files) => {
    expect(versionIn({ ...checkout, ...files })).toEqual({ ...unknown, git_commit: commit })
  })

  it.each<[string, Record<string, string>]>([
    ['outside a checkout', {}],
    ['in a checkout without commits', { ...checkout, '.git/HEAD': 'ref: refs/heads/main\n' }],
    ['in the checkout of another project', { 'package.json': '{"name":"app"}', '.git/HEAD': commit }],
  ])('has no commit %s', (_, files) => {
    expect(versionIn(files)).toEqual(unknown)
  })

  it('of a build is what the build wrote down', () => {
    const stamp = { build_time: '2024-01-01T00:00:00Z', git_commit: commit }
    const files = { 'packages/server/dist/build.json': JSON.stringify(stamp) }
    expect(versionIn(files, 'dist')).toEqual({ version: 'v1.2.3', ...stamp })
    expect(versionIn({ ...files, ...checkout, '.git/HEAD': 'ref: x' })).toEqual(unknown)
  })
})
