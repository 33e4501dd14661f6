import { type GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitCommand, GitProtocol, GitRunOptions } from '../git/command.ts'
import { checkRefPath, checkStructure } from '../git/local/structure.ts'
import { openLocal } from '../git/open-local.ts'
import { defaultPorts, fileUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import { resolveHost } from '../git/resolve-host.ts'
import type { ServiceContext } from './context.ts'
import { openHttpAccess } from './http-access.ts'
import { refuseOthersDirectory } from './refuse-others-repository.ts'
import type { RemoteAccess } from './remote-access.ts'
import type { Side } from './resolve-sides.ts'
import { rootsOf } from './roots-of.ts'
import { openSshAccess, type SshAccessContext } from './ssh-access.ts'

/** What can be opened: a remote, as its URL says. */
export interface Place {
  readonly url: string
  readonly protocol: GitProtocol
  /** Of a remote on this machine, before links are resolved. */
  readonly path?: string | undefined
  /** Of a remote elsewhere. */
  readonly host?: string | undefined
  /** Of a remote elsewhere, when it is not the protocol's own. */
  readonly port?: number | undefined
  /** The key that opens it; none: no key is offered, not even the user's own. Of no account but for ssh. */
  readonly ssh_key_id: number | null
  /** What opens it over http(s). */
  readonly credential_id: number | null
}

/**
 * A side that was looked at just now: where its path and its host lead is allowed, and git goes nowhere else, with
 * its own key or credential and no other. To be disposed: then nothing is left of what it took.
 */
export interface OpenSide
  extends Pick<RemoteAccess, 'hostKey' | 'isFirstContact' | 'secrets' | 'authorization'>,
    AsyncDisposable {
  readonly url: string
  readonly protocol: GitProtocol
  /** How ssh is started for it; `undefined` for what is not reached by ssh. */
  readonly sshCommand: string | undefined
  /**
   * Runs a command that goes to this side.
   * @throws what the runner throws; HOST_KEY_MISMATCH with both fingerprints where the server showed another key
   */
  run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result>
}

export interface OpenSideOptions {
  readonly signal?: AbortSignal | undefined
  /** Full names that are to be written there: on this machine the way to each is looked at. */
  readonly refs?: readonly string[] | undefined
}

export type OpenSideContext = SshAccessContext &
  Pick<ServiceContext, 'lookup' | 'runner'> & { readonly settings: RemoteUrlPolicy }

/**
 * Makes a side ready for git. To be called before every use that may come later than the last look: what a path or
 * a name leads to changes.
 * @throws PATH_OUTSIDE_ROOTS, NOT_A_REPOSITORY, GIT_REMOTE_NOT_FOUND, FORBIDDEN for a caller's; URL_FORBIDDEN, GIT_UNREACHABLE; what
 *   `openHttpAccess` and `openSshAccess` throw; ABORTED
 */
export async function openSide(
  side: Place | Side,
  context: OpenSideContext,
  { signal, refs = [] }: OpenSideOptions = {},
): Promise<OpenSide> {
  const { protocol } = side
  if (protocol === 'file') {
    const url = fileUrl(await openDirectory(side, refs, context))
    return openedBy(fileAccess, { url, protocol }, context)
  }
  if (side.host === undefined) throw new TypeError('a remote elsewhere has a host')
  const place = { ...side, host: side.host, port: side.port ?? defaultPorts[protocol] }
  const { allowOutgoing } = context.settings
  const addresses = await resolveHost(place, { lookup: context.lookup, allowOutgoing, signal })
  const access =
    protocol === 'ssh'
      ? await openSshAccess(place, addresses, context, { signal })
      : await openHttpAccess(place, addresses, context)
  return openedBy(access, side, context)
}

function openedBy(
  access: RemoteAccess,
  { url, protocol }: Pick<Place, 'url' | 'protocol'>,
  { runner }: Pick<ServiceContext, 'runner'>,
): OpenSide {
  const { authorization, secrets } = access
  return {
    url,
    protocol,
    secrets,
    authorization,
    sshCommand: access.command.sshCommand,
    get hostKey() {
      return access.hostKey
    },
    get isFirstContact() {
      return access.isFirstContact
    },
    async run(command, options) {
      const settings = [...(command.settings ?? []), ...(access.command.settings ?? [])]
      const sshCommand = command.sshCommand ?? access.command.sshCommand
      const result = await runner
        .run(
          { ...command, settings, sshCommand },
          { ...options, secrets: [...secrets, ...(options?.secrets ?? [])] },
        )
        .catch(async (error: unknown) => {
          throw isGitferryError(error) ? await access.failed(error, options) : error
        })
      await access.worked()
      return result
    },
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  }
}

/** A repository on this machine takes nothing but its path. */
const fileAccess: RemoteAccess = {
  command: {},
  authorization: null,
  secrets: [],
  hostKey: null,
  isFirstContact: false,
  async worked() {},
  failed: async (error: GitferryError) => error,
  async [Symbol.asyncDispose]() {},
}

/** The checked directory that holds the objects and refs of a side on this machine. */
async function openDirectory(
  side: Place | Side,
  refs: readonly string[],
  { settings, storage }: OpenSideContext,
): Promise<string> {
  const { dataDir, repoRoots } = settings
  let directory: string
  if (side.path !== undefined) {
    directory = (await openLocal(side.path, repoRoots, { dataDir })).common_dir
    await refuseOthersDirectory(directory, storage)
  } else if ('repo' in side) {
    await checkStructure(side.repo, rootsOf(side.repo, { repoRoots }))
    directory = side.repo.common_dir
  } else throw new TypeError('a remote on this machine has a path')
  if (repoRoots === null) return directory
  const own = 'ref' in side && side.ref !== null ? [side.ref] : []
  for (const ref of new Set([...own, ...refs])) {
    const [, top = '', name = ''] = /^(refs\/(?:heads|tags))\/(.+)$/.exec(ref) ?? []
    if (name !== '') await checkRefPath(directory, top, name)
  }
  return directory
}
