import { GitferryError } from '../../errors/index.ts'
import { isInside, resolvePath } from './resolve-path.ts'

/** What is gitferry's own and nobody else's to name. */
export interface OwnDataRules {
  /** gitferry's data directory; unset: none is known. */
  readonly dataDir?: string | undefined
  readonly repoRoots: readonly string[] | null
}

/**
 * Whether a path leads into the data directory, where stores and secrets lie: of no account are the repository roots
 * that lie in it themselves (`<dataDir>/repos`, the server's default). Pure; all paths alike resolved, or alike not.
 */
export function isOwnData(path: string, { dataDir, repoRoots }: OwnDataRules): boolean {
  if (dataDir === undefined || !isInside(path, dataDir)) return false
  const openRoots = repoRoots?.filter((root) => root !== dataDir && isInside(root, dataDir)) ?? []
  return !openRoots.some((root) => isInside(path, root))
}

/**
 * Refuses paths (links resolved) that lead into the data directory.
 * @throws PATH_OUTSIDE_ROOTS
 */
export async function refuseOwnData(
  paths: readonly string[],
  { dataDir, repoRoots }: OwnDataRules,
): Promise<void> {
  if (dataDir === undefined) return
  const rules = {
    dataDir: await resolvePath(dataDir),
    repoRoots: repoRoots && (await Promise.all(repoRoots.map(resolvePath))),
  }
  const found = paths.find((path) => isOwnData(path, rules))
  if (found === undefined) return
  throw new GitferryError(
    'PATH_OUTSIDE_ROOTS',
    'The path leads into the data directory of gitferry, which is its own. Choose a folder elsewhere.',
    { details: { field: 'path' } },
  )
}
