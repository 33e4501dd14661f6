import type { GitCommand } from '../git/command.ts'
import { checkBranchPath, checkStructure } from '../git/local/structure.ts'
import { openLocal } from '../git/open-local.ts'
import { defaultPorts, fileUrl } from '../git/remote-url.ts'
import { pinnedHost, resolveHost } from '../git/resolve-host.ts'
import type { GitSetting } from '../git/settings.ts'
import type { ServiceContext } from './context.ts'
import type { Side } from './resolve-sides.ts'

/** A side that was looked at just now: where its path and its host lead is allowed, and git goes nowhere else. */
export interface OpenSide extends Side {
  /** What git must be told so that it goes where was looked: the pinned addresses of a host. */
  readonly settings: readonly GitSetting[]
}

/**
 * Makes a side ready for git. To be called before every use that may come later than the last look: what a path or
 * a name leads to changes.
 * @throws PATH_OUTSIDE_ROOTS, NOT_A_REPOSITORY, GIT_REMOTE_NOT_FOUND; URL_FORBIDDEN, GIT_UNREACHABLE; ABORTED
 */
export async function openSide(
  side: Side,
  { settings, lookup }: Pick<ServiceContext, 'settings' | 'lookup'>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<OpenSide> {
  if (side.protocol === 'file') {
    const url = fileUrl(await openDirectory(side, settings.repoRoots))
    return { ...side, url, settings: [] }
  }
  if (side.host === undefined) throw new TypeError('a remote elsewhere has a host')
  const place = { host: side.host, port: side.port ?? defaultPorts[side.protocol] }
  const addresses = await resolveHost(place, { lookup, allowOutgoing: settings.allowOutgoing, signal })
  return { ...side, settings: pinnedHost(place, addresses) }
}

/** The same command, going to this side as it was opened. */
export const towards = <Result>(command: GitCommand<Result>, { settings }: OpenSide): GitCommand<Result> => ({
  ...command,
  settings: [...(command.settings ?? []), ...settings],
})

/** The checked directory that holds the objects and refs of a side on this machine. */
async function openDirectory(
  { path, ref, repo }: Side,
  repoRoots: readonly string[] | null,
): Promise<string> {
  let directory = repo.common_dir
  if (path === undefined) await checkStructure(repo, repoRoots)
  else directory = (await openLocal(path, repoRoots)).common_dir
  if (repoRoots !== null) await checkBranchPath(directory, ref.slice('refs/heads/'.length))
  return directory
}
