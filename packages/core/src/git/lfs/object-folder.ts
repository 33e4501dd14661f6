import { createHash, randomUUID } from 'node:crypto'
import { constants, createWriteStream } from 'node:fs'
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GitferryError, isGitferryError } from '../../errors/index.ts'
import { abortError } from '../../runtime/abort.ts'
import { ifGone } from '../if-gone.ts'
import { lfsFailed } from './lfs-failed.ts'
import type { LfsPointer } from './pointer.ts'

/** Where the LFS objects of a repository lie, below its common directory. */
export const lfsFolder = (commonDir: string): string => join(commonDir, 'lfs')

/** `<folder>/objects/ab/cd/abcd…`: the layout of git-lfs. */
export const lfsObjectPath = (folder: string, oid: string): string =>
  join(folder, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)

/** Which of the objects a folder does not hold whole. @throws LFS_FAILED where a link stands in the way */
export async function missingObjects(folder: string, pointers: readonly LfsPointer[]): Promise<LfsPointer[]> {
  await refuseLinks(folder)
  const missing: LfsPointer[] = []
  for (const pointer of pointers) {
    const found = await lstat(lfsObjectPath(folder, pointer.oid)).catch(ifGone(undefined))
    if (!found?.isFile() || found.size !== pointer.size) missing.push(pointer)
  }
  return missing
}

/**
 * Brings one object from a folder into another. What comes out of a user’s repository is copied, and its hash
 * checked on the way; what is `ours` was checked when it came, and becomes a second name of the same file. It gets
 * its name when it is whole, so nobody ever sees half of it.
 * @throws LFS_FAILED when it is not what its name says; DISK_FULL, STORE_FAILED, ABORTED
 */
export async function bringObject(
  pointer: LfsPointer,
  from: string,
  to: string,
  { ours, signal }: { readonly ours: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const [source, target] = [lfsObjectPath(from, pointer.oid), lfsObjectPath(to, pointer.oid)]
  await refuseLinks(to, pointer)
  await mkdir(dirname(target), { recursive: true }).catch((error) => {
    throw fileError(error, target, signal)
  })
  const draft = join(to, 'objects', `.${pointer.oid}.${randomUUID()}`)
  try {
    const isLinked =
      ours &&
      (await link(source, draft)
        .then(...yes)
        .catch(no))
    if (!isLinked) await copyChecked(pointer, source, draft, signal)
    await rename(draft, target)
  } catch (error) {
    throw fileError(error, target, signal)
  } finally {
    await rm(draft, { force: true })
  }
}

const yes = [() => true] as const
/** Another file system, or one without links: a copy will do. */
const no = () => false

async function copyChecked(
  { oid, size }: LfsPointer,
  source: string,
  draft: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using file = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const hash = createHash('sha256')
  let length = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      length += chunk.length
      // what grows without end would never come to be weighed
      done(length > size ? damaged(oid) : null, chunk)
    },
  })
  const written = createWriteStream(draft, { flags: 'wx', mode: 0o644, flush: true })
  await pipeline(file.createReadStream({ autoClose: false }), measure, written, { signal })
  if (length !== size || hash.digest('hex') !== oid) throw damaged(oid)
}

function fileError(error: unknown, path: string, signal: AbortSignal | undefined): unknown {
  if (isGitferryError(error)) return error
  if (signal?.aborted) return abortError(signal)
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
  const message = `The LFS object ${path} could not be written (${code}), and no ref was pushed.`
  return new GitferryError(isFull ? 'DISK_FULL' : 'STORE_FAILED', message, { cause: error })
}

/** A link would lead out of the repository, whose place is all that was weighed. */
async function refuseLinks(folder: string, pointer?: LfsPointer): Promise<void> {
  const inside = pointer && dirname(lfsObjectPath(folder, pointer.oid))
  const ways = [folder, join(folder, 'objects'), ...(inside ? [dirname(inside), inside] : [])]
  for (const way of ways) {
    const found = await lstat(way).catch(ifGone(undefined))
    if (found === undefined || found.isDirectory()) continue
    throw lfsFailed(`${way} is not a folder; a link there is not followed`, { reason: 'layout' })
  }
}

const damaged = (oid: string) =>
  lfsFailed(`the object ${oid} is damaged: its content is not what its name says`, { reason: 'damaged' })
