import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isGitferryError } from '../errors/index.ts'
import { ifGone } from './if-gone.ts'
import type { KeptStoreSource } from './kept-stores.ts'
import { hasHostedMark, isStoreConfig } from './store-config.ts'

/** Folders of repositories that are being made begin with it. */
export const newPrefix = '.new-'
/** Folders of stores on their way out begin with it: what a crash leaves of one is removed at the next start. */
export const oldPrefix = '.old-'

/** What became of a store that nobody uses any more; `kept`: what it held of overwritten values is in `kept/` now. */
export type RetiredStore = 'removed' | 'kept' | 'retired' | 'absent'

export interface RetireOptions {
  /** Takes the kept values of a store into the kept store of its repository. Default: the whole store is moved there. */
  readonly adopt?: ((source: KeptStoreSource, from: string) => Promise<unknown>) | undefined
  /**
   * Whether it is a hosted repository, as its record has it. Default: nobody knows; then whatever is not configured
   * just as a store of ours is taken for one.
   */
  readonly isHosted?: boolean | undefined
}

/**
 * Takes a store out of its place and removes it. Earlier versions kept the values that a run overwrote in here; they
 * may be the last copy of somebody's history, so they go to the kept store first. A store that cannot be read for that
 * is not removed, only moved beside the kept stores, as `kept/<uuid>.<random>.git`.
 * Nor is a repository that gitferry hosts, which is its own store: that is moved to `retired/`, and so is what may be
 * one.
 */
export async function retireStore(
  path: string,
  uuid: string,
  { adopt, isHosted }: RetireOptions = {},
): Promise<RetiredStore> {
  if (!(await stat(path).then(() => true, ifGone(false)))) return 'absent'
  if (await mayBeHosted(path, isHosted)) {
    const retired = join(dirname(dirname(path)), 'retired')
    await mkdir(retired, { recursive: true, mode: 0o700 })
    const place = join(retired, `${uuid}.git`)
    const isFree = await stat(place).then(() => false, ifGone(true))
    await rename(path, isFree ? place : join(retired, `${uuid}.${randomUUID()}.git`))
    return 'retired'
  }
  const holds = await holdsKeptValues(path)
  if (holds && !(adopt && (await isAdopted(path, uuid, adopt)))) {
    const kept = join(dirname(dirname(path)), 'kept')
    await mkdir(kept, { recursive: true, mode: 0o700 })
    const place = join(kept, `${uuid}.git`)
    const isFree = adopt === undefined && (await stat(place).then(() => false, ifGone(true)))
    await rename(path, isFree ? place : join(kept, `${uuid}.${randomUUID()}.git`))
    return 'kept'
  }
  // Out of its place first: a crash must not leave half a store there.
  const old = join(dirname(path), `${oldPrefix}${uuid}-${randomUUID()}`)
  try {
    await rename(path, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent'
    throw error
  }
  await rm(old, { recursive: true, force: true })
  return holds ? 'kept' : 'removed'
}

/** False where the store cannot be read: what is wrong with it can be found out from what was moved aside. */
async function isAdopted(
  path: string,
  uuid: string,
  adopt: NonNullable<RetireOptions['adopt']>,
): Promise<boolean> {
  try {
    await adopt({ uuid, object_format: await objectFormatOf(path) }, path)
    return true
  } catch (error) {
    if (passing.some((code) => isGitferryError(error, code))) throw error
    return false
  }
}

/** Troubles that pass: the store stays where it is until they have. */
const passing = ['DISK_FULL', 'STORE_FAILED', 'GIT_TIMEOUT', 'GIT_MISSING', 'ABORTED', 'CLOSED'] as const

async function objectFormatOf(path: string): Promise<KeptStoreSource['object_format']> {
  const config = await readFile(join(path, 'config'), 'utf8')
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 'sha256' : 'sha1'
}

/** The mark counts also against a record; without one, only what we wrote ourselves is surely none. */
async function mayBeHosted(path: string, isHosted: boolean | undefined): Promise<boolean> {
  if (isHosted) return true
  // what cannot be read says nothing
  const config = await readFile(join(path, 'config'), 'utf8').catch(() => '')
  return hasHostedMark(config) || (isHosted === undefined && !isStoreConfig(config))
}

async function holdsKeptValues(path: string): Promise<boolean> {
  const loose = await readdir(join(path, 'refs/gitferry/kept')).catch(ifGone([]))
  if (loose.length > 0) return true
  const packed = await readFile(join(path, 'packed-refs'), 'utf8').catch(ifGone(''))
  return packed.includes(' refs/gitferry/kept/')
}
