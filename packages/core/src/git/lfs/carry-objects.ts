import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted } from '../../runtime/abort.ts'
import { initBare } from '../commands/init.ts'
import { gitLfsVersion } from './git-lfs.ts'
import type { LfsEnd } from './lfs-end.ts'
import { lfsFailed } from './lfs-failed.ts'
import { bringObject, lfsFolder, missingObjects } from './object-folder.ts'
import { lfsOnItsWay } from './on-its-way.ts'
import type { LfsPointer } from './pointer.ts'
import { commitPointers } from './pointer-commit.ts'
import { type LfsTransferOptions, type ServerTransferContext, transferWithServer } from './server-transfer.ts'
import { sshAnswerFiles } from './ssh-answer.ts'

export interface CarryObjectsInput {
  /** The store of the task: what is on its way lies in a folder there. */
  readonly storePath: string
  readonly pointers: readonly LfsPointer[]
  readonly source: LfsEnd
  readonly target: LfsEnd
}

/**
 * Brings LFS objects from one end to the other, by way of a folder in the store that is removed when they have
 * arrived; after a failure it stays, so that the next attempt fetches only what is missing. Between two repositories
 * of this machine they are copied, and git-lfs is not needed; it would read the configuration of both.
 * @throws LFS_MISSING, LFS_FAILED, DISK_FULL, what `transferWithServer` throws, ABORTED
 */
export async function carryObjects(
  { storePath, pointers, source, target }: CarryObjectsInput,
  context: ServerTransferContext,
  options: LfsTransferOptions,
): Promise<void> {
  const { signal } = options
  const there = target.kind === 'folder' ? lfsFolder(target.commonDir) : undefined
  const needed = there === undefined ? pointers : await missingObjects(there, pointers)
  if (needed.length === 0) return
  if (source.kind === 'folder' && there !== undefined) {
    await bringAll(needed, lfsFolder(source.commonDir), there, { ours: false, signal })
    return
  }
  await context.runner.run(gitLfsVersion(), { signal })
  const storage = join(storePath, lfsOnItsWay)
  const gitDir = join(storage, 'pointers.git')
  await mkdir(storage, { recursive: true, mode: 0o700 })
  try {
    if (source.kind === 'folder') {
      const absent = await missingObjects(storage, needed)
      await bringAll(absent, lfsFolder(source.commonDir), storage, { ours: false, signal })
    }
    await rm(gitDir, { recursive: true, force: true })
    await context.runner.run(initBare({ path: gitDir, objectFormat: 'sha1' }), { signal })
    if (source.kind !== 'folder') {
      await context.runner.run(commitPointers(needed), { gitDir, signal })
      const download = { operation: 'download', end: source, pointers: needed, gitDir, storage } as const
      await transferWithServer(download, context, options)
      refuseMissing(await missingObjects(storage, needed))
    }
    if (there !== undefined) await bringAll(needed, storage, there, { ours: true, signal })
    else if (target.kind !== 'folder') {
      const upload = { operation: 'upload', end: target, pointers: needed, gitDir, storage } as const
      await transferWithServer(upload, context, options)
    }
  } catch (error) {
    // whole objects stay for the next attempt; halves, and what a server said, do not
    for (const name of ['pointers.git', 'tmp', 'incomplete', ...sshAnswerFiles]) {
      await rm(join(storage, name), { recursive: true, force: true })
    }
    throw error
  }
  await rm(storage, { recursive: true, force: true })
}

/** @throws LFS_FAILED when the source does not have them all: then none is brought */
async function bringAll(
  pointers: readonly LfsPointer[],
  from: string,
  to: string,
  options: { readonly ours: boolean; readonly signal: AbortSignal | undefined },
): Promise<void> {
  refuseMissing(await missingObjects(from, pointers))
  for (const pointer of pointers) {
    throwIfAborted(options.signal)
    await bringObject(pointer, from, to, options)
  }
}

function refuseMissing(missing: readonly LfsPointer[]): void {
  const [first] = missing
  if (first === undefined) return
  const why = `the source does not have ${missing.length} of them, the first ${first.oid}`
  throw lfsFailed(why, { reason: 'missing', objects: missing.length })
}
