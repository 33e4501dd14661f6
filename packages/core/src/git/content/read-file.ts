import { createHash } from 'node:crypto'
import type { Blob } from '../../contract/content.ts'
import { GitferryError } from '../../errors/index.ts'
import { lastCommit } from '../commands/last-commit.ts'
import { entryAt } from '../commands/list-tree.ts'
import { readBlob } from '../commands/read-blob.ts'
import type { ContentSource } from './content-source.ts'
import { contentType } from './content-type.ts'
import { resolveRevision } from './resolve-revision.ts'
import { checkWrittenPath } from './written-path.ts'

/** The largest file that is answered whole, in bytes. */
export const largestFile = 64 * 1024 * 1024
/** How long a search of history may take, in ms. */
const timeoutMs = 120_000

/**
 * A file of a revision, whole, as it is in git: nothing is converted. Of a link, what it points at.
 * @throws REVISION_NOT_FOUND, PATH_INVALID, PATH_NOT_FOUND (also of a directory or a submodule), CONTENT_TOO_LARGE,
 *   GIT_TIMEOUT, GIT_*, ABORTED
 */
export async function readFile(
  source: ContentSource,
  { ref, path }: { readonly ref?: string | undefined; readonly path: string },
  signal: AbortSignal | undefined,
): Promise<Blob> {
  checkWrittenPath(path, 'path', { isNew: false })
  const commit = await resolveRevision(source, ref, { signal })
  const entry = await source.run(entryAt(commit, path), { signal })
  if (entry?.type !== 'blob') throw notFound(commit, path, entry?.type)
  if ((entry.size ?? 0) > largestFile) throw tooLarge(path, entry.size ?? 0)
  const [content, last] = await Promise.all([
    source.run(readBlob(entry.oid), { signal, maxOutputBytes: largestFile }),
    source.run(lastCommit(commit, path), { signal, timeoutMs }),
  ])
  const name = path.slice(path.lastIndexOf('/') + 1)
  return {
    name,
    path,
    oid: entry.oid,
    mode: entry.mode,
    size_bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    content_type: contentType(name, content),
    encoding: 'base64',
    content: content.toString('base64'),
    commit_oid: commit,
    // a history that is cut off before it tells is one of a single commit
    last_commit_oid: last ?? commit,
  }
}

const kinds = { tree: 'a directory', commit: 'a submodule', blob: 'a file' } as const

function notFound(commit: string, path: string, type: keyof typeof kinds | undefined): GitferryError {
  const why = type === undefined ? `there is no file "${path}"` : `"${path}" is ${kinds[type]}, not a file,`
  return new GitferryError('PATH_NOT_FOUND', `path: ${why} in ${commit}.`, { details: { field: 'path' } })
}

const tooLarge = (path: string, bytes: number): GitferryError =>
  new GitferryError(
    'CONTENT_TOO_LARGE',
    `path: "${path}" has ${bytes} bytes, and files of up to ${largestFile} are answered. Clone the repository, or take its archive.`,
    { details: { field: 'path', size_bytes: bytes, most: largestFile } },
  )
