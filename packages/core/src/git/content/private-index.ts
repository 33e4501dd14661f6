import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Where private index files are, in a data directory. */
const parentIn = (dataDir: string): string => join(dataDir, 'index')

/** Lends the path of an index file in a folder of its own (0700), which goes when `work` has ended, however it did. */
export async function withPrivateIndex<Result>(
  dataDir: string,
  work: (indexFile: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(parentIn(dataDir), { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(parentIn(dataDir), 'commit-'))
  try {
    return await work(join(folder, 'index'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Removes what a killed gitferry left. To be called at start, before the first use. */
export const sweepPrivateIndexes = (dataDir: string): Promise<void> =>
  rm(parentIn(dataDir), { recursive: true, force: true })
