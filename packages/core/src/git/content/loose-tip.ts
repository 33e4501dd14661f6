import { join } from 'node:path'
import { isGitferryError } from '../../errors/index.ts'
import { isFullRef } from '../full-ref.ts'
import { findObjects } from '../local/commands/objects.ts'
import { readHead } from '../local/head.ts'
import { readSmallFile } from '../local/small-file.ts'
import type { ByteCache } from './byte-cache.ts'
import type { ContentSource } from './content-source.ts'
import { fullOid } from './resolve-revision.ts'

const oidFile = /^([0-9a-f]{64}|[0-9a-f]{40})\n?$/

/**
 * The commit of a branch whose tip stands in a file of its own, as git itself reads it (gitrepository-layout(5)): such a
 * file goes before packed refs, and to ask git takes as long as all else in a listing that is remembered. `undefined`:
 * git has to be asked, as it was once for every commit that this answers.
 */
export async function looseTip(
  source: ContentSource,
  text: string | undefined,
  { cache, signal }: { readonly cache: ByteCache; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const ref = await refOf(source, text, signal)
  if (ref === undefined || !isFullRef(ref)) return undefined
  const file = await readSmallFile(join(source.repo.common_dir, ref)).catch(() => undefined)
  const oid = oidFile.exec(file ?? '')?.[1]
  if (oid === undefined) return undefined
  const isCommit = await cache.getOrMake(
    `is a commit ${source.key} ${oid}`,
    signal,
    async (shared) =>
      (await source.run(findObjects([`${oid}^{commit}`]), { signal: shared }))[0]?.oid === oid,
    () => 8,
  )
  return isCommit ? oid : undefined
}

/** The full ref that a text means, where it can only be a branch. */
async function refOf(
  { repo, run }: ContentSource,
  text: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (text !== undefined && text !== 'HEAD') return fullOid.test(text) ? undefined : `refs/heads/${text}`
  const head = await readHead(repo.git_dir, { runner: { run }, signal }).catch((error: unknown) => {
    if (isGitferryError(error, 'ABORTED')) throw error
    return undefined
  })
  return head?.branch == null ? undefined : `refs/heads/${head.branch}`
}
