import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isGitferryError } from '../errors/index.ts'
import type { Logger } from '../ports/logger.ts'
import type { GitRunner } from './command.ts'
import { fetch } from './commands/fetch.ts'
import { initBare } from './commands/init.ts'
import { packRefs } from './commands/pack-refs.ts'
import { holdsRefs } from './holds-refs.ts'
import { checkStructure } from './local/structure.ts'
import { fileUrl } from './remote-url.ts'
import type { StoreSource } from './store.ts'
import { storeConfig } from './store-config.ts'

const seedRefspecs = ['heads', 'tags', 'remotes'].map((kind) => ({
  source: `refs/${kind}/*`,
  target: `refs/gitferry/seed/${kind}/*`,
}))

/** After these a new attempt is better than a store without seed. */
const notWorthAnEmptyStore = ['ABORTED', 'GIT_TIMEOUT', 'DISK_FULL', 'GIT_MISSING', 'INTERNAL'] as const

export interface DraftOptions {
  readonly runner: GitRunner
  /** Absolute folders out of which the repository may not lead; `null`: every path is trusted. */
  readonly repoRoots: readonly string[] | null
  readonly logger: Logger
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/**
 * Makes the store of a repository in the folder `draft`, to be put in its place when it is whole. What is there after a
 * failure is the caller’s to remove.
 * @throws STORE_FAILED, GIT_*, ABORTED; errors of the file system
 */
export async function draftStore(repo: StoreSource, draft: string, options: DraftOptions): Promise<void> {
  const objectFormat = repo.object_format
  await mkdir(draft, { recursive: true, mode: 0o700 })
  await options.runner.run(initBare({ path: draft, objectFormat }), { signal: options.signal })
  await writeFile(join(draft, 'config'), storeConfig({ objectFormat }))
  await seedStore(repo, draft, options)
}

/**
 * Fetches into a store in the making what the registered repository holds, so that nothing already here is downloaded
 * again. One that cannot seed is logged and no more: its remotes can still be synced.
 * @throws ABORTED, GIT_TIMEOUT, DISK_FULL, GIT_MISSING
 */
async function seedStore(repo: StoreSource, draft: string, options: DraftOptions): Promise<void> {
  const { runner, repoRoots, logger, signal, timeoutMs } = options
  const run = { signal, timeoutMs, gitDir: draft }
  const command = fetch({ url: fileUrl(repo.common_dir), protocol: 'file', refspecs: seedRefspecs })
  // Refs are flushed to the disk together, when they are packed; one by one takes a millisecond each.
  const settings = [['core.fsync', 'objects,derived-metadata']] as const
  try {
    await checkStructure(repo, repoRoots)
    if (!(await holdsRefs(repo.common_dir))) return
    await runner.run({ ...command, settings }, run)
    await runner.run(packRefs(), run)
  } catch (error) {
    if (notWorthAnEmptyStore.some((code) => isGitferryError(error, code))) throw error
    // A damaged or shallow repository cannot seed, nor one that leads out of the roots by now.
    logger.warn('a new store could not be seeded from the repository', {
      uuid: repo.uuid,
      error: String(error),
    })
  }
}
