import { fromUnknown } from '../../errors/index.ts'
import type { GitStreamer } from '../command.ts'
import { archive } from '../commands/archive.ts'
import { readHead } from '../local/head.ts'
import { classifyFailure } from '../parsers/failure.ts'
import { borrowRepository } from './borrowing-repository.ts'
import type { ContentSource } from './content-source.ts'
import { resolveRevision } from './resolve-revision.ts'

/** The longest time in which nobody takes a byte, or git makes none, in ms. */
const stallTimeoutMs = 300_000

export interface ArchiveInput {
  readonly ref?: string | undefined
  readonly format: 'zip' | 'tar' | 'tar.gz'
  /** What the folder in the archive is called, before the ref. */
  readonly name: string
}

/**
 * Every file of a revision, packed as it is read: whoever reads slowly holds git up, and whoever cancels ends it. What goes
 * wrong before the first byte is thrown, what goes wrong after it breaks the stream off.
 * @throws REVISION_NOT_FOUND, STORE_FAILED, RATE_LIMITED, GIT_*, ABORTED
 */
export async function openArchive(
  source: ContentSource,
  { ref, format, name }: ArchiveInput,
  {
    streamer,
    dataDir,
    signal,
  }: {
    readonly streamer: GitStreamer
    readonly dataDir: string
    readonly signal: AbortSignal | undefined
  },
): Promise<ReadableStream<Uint8Array>> {
  const commit = await resolveRevision(source, ref, { signal })
  const prefix = `${plain(name)}-${plain(ref ?? (await headName(source, signal)) ?? commit)}/`
  const command = archive(commit, { format: format === 'zip' ? 'zip' : 'tar', prefix })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const begun = Promise.withResolvers<void>()
  const output = (chunk: Uint8Array): Promise<void> => {
    begun.resolve()
    return writer.write(chunk)
  }
  const pack = async (): Promise<void> => {
    const borrowed = source.repo.is_hosted ? undefined : await borrowRepository(source, { dataDir, signal })
    await using _ = borrowed
    const gitDir = borrowed?.gitDir ?? source.repo.git_dir
    const { exitCode, stderr } = await streamer.stream(
      command,
      { output },
      { gitDir, signal, stallTimeoutMs },
    )
    if (exitCode !== 0) throw classifyFailure({ verb: 'archive', exitCode, stderr })
  }
  pack().then(
    () => {
      begun.resolve()
      return writer.close().catch(() => {})
    },
    (error: unknown) => {
      begun.reject(error)
      // whoever cancelled is not told again
      return writer.abort(fromUnknown(error)).catch(() => {})
    },
  )
  await begun.promise
  return format === 'tar.gz' ? readable.pipeThrough(gzip()) : readable
}

const headName = async (source: ContentSource, signal: AbortSignal | undefined): Promise<string | null> =>
  (await readHead(source.repo.git_dir, { runner: source, signal })).branch

/** Its types know no bytes but such as nobody else can reach. */
const gzip = () => new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>

/** As part of the name of a folder, on every file system. */
const plain = (text: string): string =>
  text.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'archive'
