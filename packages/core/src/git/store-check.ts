import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRunner } from './command.ts'
import { type FsckResult, fsck } from './commands/fsck.ts'

/** The limit of one check, in ms: reading every object of a large repository takes long. */
const checkMs = 3_600_000

const parts = ['HEAD', 'refs', 'objects', 'config'] as const
/** What git makes anew from the objects whenever it is wanted. */
const derived = ['objects/info/commit-graph', 'objects/info/commit-graphs', 'objects/pack/multi-pack-index']

/**
 * Checks a git directory of ours: what is wanted of one is there, everything is reachable, and then every object is what
 * its name says. Damage in what git derives from objects is mended here by removing it.
 * @throws GIT_* when git could not check, ABORTED
 */
export async function checkStore(
  path: string,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<FsckResult> {
  for (const part of parts) {
    const isThere = await stat(join(path, part)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
        return false
      },
    )
    if (!isThere) return { damage: 'objects', said: `${part} is missing` }
  }
  const check = (quick: boolean) => runner.run(fsck({ quick }), { gitDir: path, timeoutMs: checkMs, signal })
  const passes = async (): Promise<FsckResult> => {
    const found = await check(true)
    return found.damage === 'none' ? check(false) : found
  }
  const found = await passes()
  if (found.damage === 'none') return found
  // a broken commit-graph makes good objects look lost: without it git reads the objects themselves
  for (const name of derived) await rm(join(path, name), { recursive: true, force: true })
  const again = await passes()
  return again.damage === 'none' ? { damage: 'derived', said: found.said } : again
}
