import { lstatSync, readlinkSync } from 'node:fs'
import { parse, sep } from 'node:path'
import { GitferryError } from '../../errors/index.ts'

const maxLinks = 40

/**
 * Where an absolute path leads once every symbolic link in it is followed, also when its end (or the target of
 * a link) does not exist or cannot be looked into: what is not there is taken as it is written. `realpath`
 * would answer an error there, and so tell a stranger what exists outside the repository roots.
 * @throws PATH_INVALID when links lead in a circle
 */
export async function resolvePath(path: string): Promise<string> {
  const { root } = parse(path)
  let pending = path.slice(root.length).split(sep)
  let resolved = root
  let links = 0
  for (let component = pending.shift(); component !== undefined; component = pending.shift()) {
    if (component === '' || component === '.') continue
    if (component === '..') {
      resolved = parse(resolved).dir || root
      continue
    }
    const next = resolved.endsWith(sep) ? resolved + component : resolved + sep + component
    const target = linkTarget(next)
    if (target === undefined) {
      resolved = next
      continue
    }
    links += 1
    if (links > maxLinks) {
      throw new GitferryError(
        'PATH_INVALID',
        'The path leads in a circle: it holds too many symbolic links.',
        {
          details: { field: 'path' },
        },
      )
    }
    if (target.startsWith(sep)) resolved = root
    pending = [...target.split(sep), ...pending]
  }
  return resolved
}

// Synchronous, as everywhere here: a look takes some microseconds, and a way through the thread pool for each of the
// dozens before every use of a repository takes milliseconds.
function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    // Not there, or not ours to look at: whether it is, is asked after the roots were checked.
    return undefined
  }
}

/** Whether `path` is `folder` or lies in it; both with links resolved. */
export const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** The repository roots, links resolved; `null` (every path is trusted) stays `null`. */
export const resolveRoots = async (roots: readonly string[] | null): Promise<readonly string[] | null> =>
  roots && Promise.all(roots.map(resolvePath))

/** Whether the resolved `path` lies under one of the resolved `roots`. */
export const isUnderRoots = (path: string, roots: readonly string[] | null): boolean =>
  roots === null || roots.some((root) => isInside(path, root))
