import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted } from '../runtime/abort.ts'
import { ifGone } from './if-gone.ts'

/** git sees a pack by its index, so that comes last. */
const kinds = ['.pack', '.rev', '.idx']

/** Across file systems, and on those without links. */
const cannotLink = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'])

/**
 * Gives one bare repository the packs of another: as hard links, which cost nothing, or where the file system has none
 * as copies. A pack that is there already is left as it is: its name is the checksum of what it holds.
 * @throws the file system's own errors, ABORTED
 */
export async function linkPacks(
  from: string,
  to: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const source = join(from, 'objects', 'pack')
  const target = join(to, 'objects', 'pack')
  const names = await readdir(source).catch(ifGone([]))
  const packs = names.filter((name) => /^pack-[0-9a-f]+\.idx$/.test(name)).map((name) => name.slice(0, -4))
  await mkdir(target, { recursive: true })
  for (const pack of packs) {
    for (const kind of kinds) {
      throwIfAborted(signal)
      // one that is rolled up meanwhile is not missed: what is lacking is fetched afterwards
      await place(join(source, pack + kind), join(target, pack + kind)).catch(ifGone(undefined))
    }
  }
  await flush(target)
}

async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (!cannotLink.has(code)) throw error
    await copy(from, to)
  }
}

/** Whole or not at all: what a crash leaves has a name that is swept. */
async function copy(from: string, to: string): Promise<void> {
  const draft = to.replace(/pack-(?=[^/]*$)/, 'tmp_pack_')
  await rm(draft, { force: true })
  await copyFile(from, draft, constants.COPYFILE_FICLONE)
  await flush(draft)
  await rename(draft, to)
}

/** Makes durable which files a folder has, or what a file holds. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
