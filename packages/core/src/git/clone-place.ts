import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { ifGone } from './if-gone.ts'
import { newPrefix } from './retire-store.ts'
import { isDiskFull } from './store-error.ts'

/** Where a repository is made, and where it goes when it stands whole. */
export interface ClonePlace {
  readonly uuid: string
  /** The folder in which it is made: beside its place, so that it gets there by one rename. */
  readonly draft: string
  /** Its place. */
  readonly path: string
  /** Whether it is bare and hosted here; else it has a worktree. */
  readonly isHosted: boolean
}

/** Says, in a worktree’s git directory, whose clone it is, until its record is stored. */
const markName = 'gitferry-clone'

/** The place of a repository that gitferry hosts: that of its store. A draft there is swept at start like one of a store. */
export function hostedPlace(dataDir: string, uuid: string): ClonePlace {
  const stores = join(dataDir, 'stores')
  return {
    uuid,
    draft: join(stores, `${newPrefix}${uuid}`),
    path: join(stores, `${uuid}.git`),
    isHosted: true,
  }
}

/** The place of a clone with a worktree. */
export const worktreePlace = (path: string, uuid: string): ClonePlace => ({
  uuid,
  draft: join(dirname(path), `.gitferry-clone-${uuid}`),
  path,
  isHosted: false,
})

/** The git directory of a place while it is made. */
export const draftGitDir = ({ draft, isHosted }: ClonePlace): string =>
  isHosted ? draft : join(draft, '.git')

/** Whether the clone that belongs here stands in its place, though its record may not. */
export async function standsWhole({ isHosted, path, uuid }: ClonePlace): Promise<boolean> {
  if (isHosted) {
    return lstat(join(path, 'HEAD')).then(
      () => true,
      () => false,
    )
  }
  // whatever cannot be read is not ours
  return readFile(join(path, '.git', markName), 'utf8').then(
    (text) => text.trim() === uuid,
    () => false,
  )
}

/** Which folder a draft is, whatever its name leads to by now. */
export type DraftIdentity = Readonly<Record<'dev' | 'ino', bigint>>

/** To be asked as soon as the draft is there. */
export async function identityOf({ draft }: ClonePlace): Promise<DraftIdentity> {
  const { dev, ino } = await lstat(draft, { bigint: true })
  return { dev, ino }
}

/** Whether the draft is the folder that was made, and not what somebody put there since. @throws PATH_INVALID */
export async function refuseReplaced(place: ClonePlace, made: DraftIdentity): Promise<void> {
  const found = await lstat(place.draft, { bigint: true }).catch(ifGone(undefined))
  if (found?.dev === made.dev && found.ino === made.ino) return
  throw new GitferryError(
    'PATH_INVALID',
    'path: the folder above it was replaced while the clone was made.',
    {
      details: { field: 'path' },
    },
  )
}

/**
 * Puts what was made into its place, where nothing may be.
 * @throws PATH_EXISTS, DISK_FULL, STORE_FAILED
 */
export async function settle(place: ClonePlace): Promise<void> {
  const { draft, isHosted, path, uuid } = place
  try {
    if (!isHosted) await writeFile(join(draft, '.git', markName), `${uuid}\n`)
    await refuseOccupied(path)
    await rename(draft, path)
  } catch (error) {
    if (isGitferryError(error)) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw occupied(path)
    throw new GitferryError(
      isDiskFull(code) ? 'DISK_FULL' : 'STORE_FAILED',
      `The new repository could not be put in its place (${code}). Check the folder that it goes into.`,
      { cause: error },
    )
  }
}

/** Its record is stored: the clone is its owner's now. */
export async function handOver({ isHosted, path }: ClonePlace): Promise<void> {
  if (!isHosted) await rm(join(path, '.git', markName), { force: true })
}

/** Removes what is on the way to its place. */
export const discardDraft = ({ draft }: ClonePlace): Promise<void> =>
  rm(draft, { recursive: true, force: true, maxRetries: 3 })

/** Removes what was made, in its place or on the way there; what is not of this clone stays. */
export async function discard(place: ClonePlace): Promise<void> {
  await discardDraft(place)
  if (await standsWhole(place)) await rm(place.path, { recursive: true, force: true })
}

/** @throws PATH_EXISTS */
export async function refuseOccupied(path: string): Promise<void> {
  if ((await lstat(path).catch(ifGone(undefined))) !== undefined) throw occupied(path)
}

const occupied = (path: string): GitferryError =>
  new GitferryError(
    'PATH_EXISTS',
    `path: there is something named ${basename(path)} already; choose another.`,
    {
      details: { field: 'path' },
    },
  )
