import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GitferryError, isGitferryError } from '../../errors/index.ts'
import type { Logger } from '../../ports/logger.ts'
import { throwIfAborted } from '../../runtime/abort.ts'
import { type ListenAt, SshAgent } from './agent.ts'
import { type KnownHostKey, knownHostsText, readKnownHosts } from './host-key.ts'
import { locateSsh } from './locate-ssh.ts'
import { SessionFolders } from './session-folders.ts'
import { readSigningKey, type SigningKey } from './signing-key.ts'
import { type SshIdentity, shellWord, sshConfigText } from './ssh-config.ts'

/** What one use of ssh is for. */
export interface SshUse {
  /** The address that was checked and that is dialled. */
  readonly address: string
  /** Canonical, without brackets. */
  readonly host: string
  /** What the server is known by. None: the key that it shows is accepted. */
  readonly known: readonly KnownHostKey[]
  /** Unencrypted, in OpenSSH's format. `undefined`: no key at all. */
  readonly privateKey: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** One use of ssh, with a folder of its own; disposed, nothing of it is left. */
export interface SshSession extends AsyncDisposable {
  /** For `GIT_SSH_COMMAND`. */
  readonly command: string
  /** The key of a server that was not known before, once ssh has met it. */
  acceptedHostKey(): Promise<KnownHostKey | undefined>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SshSessionsOptions {
  readonly dataDir: string
  /** Folders to look for ssh in, `:`-separated. */
  readonly searchPath: string
  readonly logger: Logger
  /** Default: the system's. */
  readonly temporaryDir?: string | undefined
  readonly listen?: ListenAt | undefined
}

/** Opens uses of ssh: exactly one key, exactly one host, no configuration but ours. */
export class SshSessions {
  readonly #folders: SessionFolders
  readonly #searchPath: string
  readonly #logger: Logger
  readonly #listen: ListenAt | undefined
  readonly #open = new Set<SshSession>()
  #binary: Promise<string> | undefined

  constructor({ dataDir, searchPath, logger, temporaryDir = tmpdir(), listen }: SshSessionsOptions) {
    this.#folders = new SessionFolders({ dataDir, temporaryDir })
    this.#searchPath = searchPath
    this.#logger = logger
    this.#listen = listen
  }

  /** @throws GIT_MISSING when there is no ssh; SSH_KEY_INVALID, UNSUPPORTED, STORE_FAILED, DISK_FULL, ABORTED */
  async open(use: SshUse): Promise<SshSession> {
    throwIfAborted(use.signal)
    const key = use.privateKey === undefined ? undefined : readSigningKey(use.privateKey)
    const binary = await this.#locate()
    const { path, socket } = await this.#folders.make().catch(cannotBeMade)
    let agent: SshAgent | undefined
    const remove = async (): Promise<void> => {
      await agent?.[Symbol.asyncDispose]()
      await this.#remove(path)
    }
    try {
      agent = key && (await this.#startAgent(key, socket))
      const identity = key && (await writeIdentity(path, use.privateKey ?? '', key, agent && socket))
      const knownHostsFile = await writeOwn(join(path, 'known_hosts'), knownHostsText(use.host, use.known))
      const text = sshConfigText({ ...use, knownHostsFile, identity })
      const config = await writeOwn(join(path, 'ssh_config'), text)
      throwIfAborted(use.signal)
      const session: SshSession = {
        command: `${shellWord(binary)} -F ${shellWord(config)}`,
        acceptedHostKey: async () => readKnownHosts(await readFile(knownHostsFile, 'utf8'), use.host)[0],
        [Symbol.asyncDispose]: () => {
          this.#open.delete(session)
          return remove()
        },
      }
      this.#open.add(session)
      return session
    } catch (error) {
      await remove()
      return cannotBeMade(error)
    }
  }

  /** Removes what a killed gitferry left. To be called at start, before the first use. */
  async sweep(): Promise<void> {
    const swept = await this.#folders.sweep()
    if (swept > 0)
      this.#logger.info('removed folders that an earlier gitferry left of its uses of ssh', { swept })
  }

  /** Ends every use that is still open. To be called when no git of ours is at work any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session[Symbol.asyncDispose]()))
  }

  /** Looked for once; after a failure again, for it may have been installed since. */
  #locate(): Promise<string> {
    this.#binary ??= locateSsh(this.#searchPath).catch((error: unknown) => {
      this.#binary = undefined
      throw error
    })
    return this.#binary
  }

  async #startAgent(key: SigningKey, socket: string | undefined): Promise<SshAgent | undefined> {
    let problem: unknown = 'the paths of the data directory and of the temporary folder are too long'
    try {
      if (socket !== undefined) return await SshAgent.start(key, socket, this.#listen)
    } catch (error) {
      if (!noSocketsThere.has((error as NodeJS.ErrnoException).code ?? '')) throw agentFailed(error)
      problem = error
    }
    this.#logger.warn(
      'no socket can be had for an SSH agent: the private key stands in a file (0600) while it is used',
      { problem },
    )
    return undefined
  }

  async #remove(path: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true })
    } catch (error) {
      // what was done with it was done; the next start sweeps
      this.#logger.error('the folder of a use of ssh cannot be removed', { path, error })
    }
  }
}

/** What the system answers where a socket can never be had: the file system, its rules, or the length of the path. */
const noSocketsThere = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES', 'EINVAL', 'ENAMETOOLONG'])

function agentFailed(error: unknown): Error {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return error as Error
  return new GitferryError(
    'STORE_FAILED',
    `The socket for an SSH agent cannot be opened (${code}), and the key is not written to a file instead. Try again; where too many files are open (EMFILE), raise their limit.`,
    { cause: error },
  )
}

/** Writes a file that only this user may read; it must not be there yet. Answers its path. */
async function writeOwn(path: string, text: string): Promise<string> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  return path
}

/** With an agent ssh needs the public half alone, to know what to ask the agent for. */
async function writeIdentity(
  path: string,
  privateKey: string,
  { publicLine }: SigningKey,
  agentSocket: string | undefined,
): Promise<SshIdentity> {
  const file =
    agentSocket === undefined
      ? await writeOwn(join(path, 'key'), privateKey)
      : await writeOwn(join(path, 'key.pub'), `${publicLine}\n`)
  return { file, agentSocket }
}

function cannotBeMade(error: unknown): never {
  if (isGitferryError(error)) throw error
  const { code } = error as NodeJS.ErrnoException
  throw new GitferryError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'DISK_FULL' : 'STORE_FAILED',
    `The files for a use of ssh cannot be written (${code ?? 'unknown'}). Check the data directory.`,
    { cause: error },
  )
}
