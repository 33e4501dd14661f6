import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ifGone } from './if-gone.ts'

/** Folders of stores on their way out begin with it: what a crash leaves of one is removed at the next start. */
export const oldPrefix = '.old-'

/** What became of a store that nobody uses any more. */
export type RetiredStore = 'removed' | 'kept' | 'absent'

/**
 * Takes a store out of its place and removes it. One that holds values which a run overwrote is never removed, only
 * moved beside the stores, to `kept/`: it may be the last copy of somebody's history.
 */
export async function retireStore(path: string, uuid: string): Promise<RetiredStore> {
  const stores = dirname(path)
  if (await holdsKeptValues(path)) {
    const kept = join(dirname(stores), 'kept')
    await mkdir(kept, { recursive: true, mode: 0o700 })
    await rename(path, join(kept, `${uuid}.git`))
    return 'kept'
  }
  // Out of its place first: a crash must not leave half a store there.
  const old = join(stores, `${oldPrefix}${uuid}-${randomUUID()}`)
  try {
    await rename(path, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent'
    throw error
  }
  await rm(old, { recursive: true, force: true })
  return 'removed'
}

async function holdsKeptValues(path: string): Promise<boolean> {
  const loose = await readdir(join(path, 'refs/gitferry/kept')).catch(ifGone([]))
  if (loose.length > 0) return true
  const packed = await readFile(join(path, 'packed-refs'), 'utf8').catch(ifGone(''))
  return packed.includes(' refs/gitferry/kept/')
}
