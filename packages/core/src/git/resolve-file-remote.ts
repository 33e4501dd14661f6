import { realpath } from 'node:fs/promises'
import { GitferryError } from '../errors/index.ts'
import { isWithin } from './remote-url.ts'

/**
 * The real path of a remote on this machine, every link in it resolved. To be called at every run: a link may
 * have been changed since the URL was accepted. `repoRoots` `null`: every path is allowed.
 * @throws GIT_REMOTE_NOT_FOUND, PATH_OUTSIDE_ROOTS
 */
export async function resolveFileRemote(path: string, repoRoots: readonly string[] | null): Promise<string> {
  const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    throw new GitferryError(
      'GIT_REMOTE_NOT_FOUND',
      `There is nothing to be read at ${path} (${cause.code}). Check the remote's path.`,
      { cause },
    )
  })
  if (repoRoots === null) return real
  const roots = await Promise.all(repoRoots.map((root) => realpath(root).catch(() => root)))
  if (roots.some((root) => isWithin(real, root))) return real
  throw new GitferryError('PATH_OUTSIDE_ROOTS', `${path} leads outside the repository roots.`)
}
