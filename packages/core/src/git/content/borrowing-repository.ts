import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packedRefs } from '../commands/packed-refs.ts'
import { readHead } from '../local/head.ts'
import { storeConfig } from '../store-config.ts'
import { storeError } from '../store-error.ts'
import type { ContentSource } from './content-source.ts'

/** Where such repositories are, in a data directory. */
const parentIn = (dataDir: string): string => join(dataDir, 'borrowing')
const maxListBytes = 128 * 1024 * 1024

/** A bare repository for one use; disposed, nothing of it is left. */
export interface BorrowingRepository extends AsyncDisposable {
  readonly gitDir: string
}

/**
 * Makes a bare repository with the objects, refs and HEAD of a registered one, and with a config of our own. For what git
 * cannot be kept from starting by settings, because its name is the user’s: filters, archivers.
 * @throws STORE_FAILED, DISK_FULL, NOT_A_REPOSITORY, GIT_*, ABORTED
 */
export async function borrowRepository(
  source: ContentSource,
  { dataDir, signal }: { readonly dataDir: string; readonly signal?: AbortSignal | undefined },
): Promise<BorrowingRepository> {
  const { repo } = source
  const head = await readHead(repo.git_dir, { runner: source, signal })
  const refs = await source.run(packedRefs(), { signal, maxOutputBytes: maxListBytes })
  let gitDir: string | undefined
  const remove = async (): Promise<void> => {
    if (gitDir !== undefined) await rm(gitDir, { recursive: true, force: true })
  }
  try {
    await mkdir(parentIn(dataDir), { recursive: true, mode: 0o700 })
    gitDir = await mkdtemp(join(parentIn(dataDir), 'use-'))
    await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
    await mkdir(join(gitDir, 'refs'))
    const files = {
      // a detached HEAD of a reftable repository is not told: then it is one that leads nowhere
      HEAD: `${head.oid ?? `ref: ${head.ref ?? 'refs/heads/main'}`}\n`,
      config: storeConfig({ objectFormat: repo.object_format }),
      'packed-refs': Buffer.from(refs, 'latin1'),
      'objects/info/alternates': `${join(repo.common_dir, 'objects')}\n`,
    }
    for (const [name, content] of Object.entries(files)) await writeFile(join(gitDir, name), content)
    return { gitDir, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw storeError('be made', repo.uuid, error)
  }
}

/** Removes what a killed gitferry left. To be called at start, before the first use. */
export const sweepBorrowing = (dataDir: string): Promise<void> =>
  rm(parentIn(dataDir), { recursive: true, force: true })
