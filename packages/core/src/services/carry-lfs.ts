import { fileURLToPath } from 'node:url'
import type { GitRunOptions } from '../git/command.ts'
import { carryObjects } from '../git/lfs/carry-objects.ts'
import { findLfsPointers } from '../git/lfs/find-pointers.ts'
import type { LfsEnd } from '../git/lfs/lfs-end.ts'
import type { LfsPointer } from '../git/lfs/pointer.ts'
import { type OpenSide, type OpenSideContext, openSide, type Place } from './open-side.ts'
import type { Side } from './resolve-sides.ts'

export interface CarryLfsInput {
  /** The store that has the commits; nobody else works in it meanwhile. */
  readonly store: { readonly path: string }
  readonly source: Place | Side
  readonly target: Place | Side
  /** What is about to be pushed: the new oids of its refs. */
  readonly push: readonly string[]
  /** What the target has: oids, also such as the store does not know. */
  readonly exclude: readonly string[]
}

export interface CarryLfsOptions
  extends Pick<GitRunOptions, 'signal' | 'timeoutMs' | 'stallTimeoutMs' | 'onProgress'> {
  /** Called once when there is something to carry, before the first byte moves. */
  readonly onFound?: (pointers: readonly LfsPointer[]) => void
}

/** What was found to be needed; none: nothing was opened and nothing asked. */
export interface CarriedLfs {
  readonly objects: number
  /** Of all of them, in bytes. */
  readonly bytes: number
}

/**
 * Brings the LFS objects of a push to its target. To be called before the refs are pushed: a ref whose files are missing
 * would be a broken promise. Nothing in either repository decides where it goes: the endpoint comes from the remote’s
 * weighed URL, and over http(s) every address, the ones that the batch API names too, is weighed when it is gone to.
 * @throws LFS_MISSING when git-lfs is needed and not installed; LFS_FAILED with `details.reason`; what `openSide`
 *   throws; DISK_FULL, GIT_TIMEOUT, GIT_STALLED, ABORTED. Then no ref may be pushed.
 */
export async function carryLfs(
  { store, source, target, push, exclude }: CarryLfsInput,
  context: OpenSideContext,
  options: CarryLfsOptions = {},
): Promise<CarriedLfs> {
  const { signal } = options
  const range = { tips: push, known: exclude }
  const pointers = await findLfsPointers(context.runner, store.path, range, options)
  const carried = { objects: pointers.length, bytes: pointers.reduce((sum, { size }) => sum + size, 0) }
  if (pointers.length === 0) return carried
  options.onFound?.(pointers)
  await using from = await openSide(source, context, { signal })
  await using to = await openSide(target, context, { signal })
  const { runner, lookup, settings } = context
  await carryObjects(
    { storePath: store.path, pointers, source: endOf(from), target: endOf(to) },
    { runner, lookup, allowOutgoing: settings.allowOutgoing },
    options,
  )
  return carried
}

function endOf(side: OpenSide): LfsEnd {
  const { authorization, protocol, secrets, sshCommand, url } = side
  if (protocol === 'file') return { kind: 'folder', commonDir: fileURLToPath(url) }
  if (sshCommand === undefined) return { kind: 'http', url, authorization, secrets }
  return { kind: 'ssh', url, sshCommand, run: (command, options) => side.run(command, options) }
}
