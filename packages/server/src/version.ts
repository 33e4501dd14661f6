import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Version } from '@gitferry/core/contract'

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The commit that HEAD names in a git directory, read without starting git; `undefined` when it cannot be told. */
function headOf(gitDir: string): string | undefined {
  const head = readText(join(gitDir, 'HEAD'))?.trim()
  const ref = head?.startsWith('ref: ') ? head.slice('ref: '.length) : undefined
  if (ref === undefined) return head
  // a worktree keeps its branches in the common directory
  const commonDir = resolve(gitDir, readText(join(gitDir, 'commondir'))?.trim() ?? '.')
  const loose = readText(join(commonDir, ref))?.trim()
  if (loose !== undefined) return loose
  const packed = readText(join(commonDir, 'packed-refs'))?.split('\n') ?? []
  return packed.find((line) => line.endsWith(` ${ref}`))?.slice(0, -ref.length - 1)
}

/** gitferry’s own checkout around this package; never that of an application that has installed it. */
function commitOfCheckout(packageDir: string): string | undefined {
  const root = resolve(packageDir, '../..')
  const manifest = readText(join(root, 'package.json'))
  if (manifest === undefined || JSON.parse(manifest).name !== 'gitferry-workspace') return undefined
  const link = readText(join(root, '.git'))
  const gitDir = link?.startsWith('gitdir: ')
    ? resolve(root, link.slice('gitdir: '.length).trim())
    : undefined
  return headOf(gitDir ?? join(root, '.git'))
}

/**
 * What runs here: the package’s version, and build time and commit from the `build.json` that a build leaves beside
 * the built files. Run from source: the checkout’s commit, and no build time.
 */
export function readVersion(moduleUrl: string = import.meta.url): Version {
  const here = dirname(fileURLToPath(moduleUrl))
  const packageDir = dirname(here)
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  const stamp = JSON.parse(readText(join(here, 'build.json')) ?? '{}') as Partial<Version>
  return {
    version: `v${version}`,
    build_time: stamp.build_time ?? 'unknown',
    git_commit: stamp.git_commit ?? commitOfCheckout(packageDir) ?? 'unknown',
  }
}
