import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeCheckout } from '@gitferry/core'
import type { Version } from '@gitferry/core/contract'

const unknown = { build_time: 'unknown', git_commit: 'unknown' }

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** gitferry’s own checkout around this package; never that of an application that has installed it. */
function checkoutAround(packageDir: string): string | undefined {
  const root = resolve(packageDir, '../..')
  const manifest = readText(join(root, 'package.json'))
  return manifest !== undefined && JSON.parse(manifest).name === 'gitferry-workspace' ? root : undefined
}

/** The package’s own version: `v0.1.0`. */
export function packageVersion(moduleUrl: string = import.meta.url): string {
  const packageDir = dirname(dirname(fileURLToPath(moduleUrl)))
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  return `v${version}`
}

/**
 * What runs here: the package’s version, and build time and commit from the `build.json` that a build leaves beside
 * the built files. Run from source: the checkout’s commit and that commit’s own date, told by the git of `searchPath`.
 */
export async function readVersion(
  searchPath: string | undefined,
  moduleUrl: string = import.meta.url,
): Promise<Version> {
  const here = dirname(fileURLToPath(moduleUrl))
  const version = packageVersion(moduleUrl)
  const stamp = readText(join(here, 'build.json'))
  if (stamp !== undefined) {
    return { version, ...unknown, ...(JSON.parse(stamp) as Omit<Version, 'version'>) }
  }
  const checkout = checkoutAround(dirname(here))
  if (checkout === undefined || searchPath === undefined) return { version, ...unknown }
  const head = await describeCheckout(checkout, { searchPath })
  return head ? { version, build_time: head.date, git_commit: head.oid } : { version, ...unknown }
}
