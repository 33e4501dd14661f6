import * as fs from 'node:fs/promises'
import type { AccessKeysApi, TokensApi, UsersApi } from '../contract/index.ts'
import { system } from '../contract/index.ts'
import { AccessKeysService } from '../services/access-keys.ts'
import { checkSecrets } from '../services/secrets-check.ts'
import { TokensService } from '../services/tokens.ts'
import { UsersService } from '../services/users.ts'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { type GitferryOptions, resolveOptions } from './options.ts'
import { createParts } from './parts.ts'
import { startTimeOf } from './start-time.ts'
import { StorageLease } from './storage-lease.ts'

/** Who may do what in a gitferry, from beside it: what the command changes while a server runs. */
export interface Administration extends AsyncDisposable {
  readonly users: UsersApi
  readonly tokens: TokensApi & Pick<TokensService, 'createFor'>
  readonly accessKeys: AccessKeysApi
  /** Whether callers must show a credential: once a token was made, for ever. */
  asksForCredentials(): Promise<boolean>
}

export interface AdministrationOptions {
  /**
   * Takes the data directory for itself, as a gitferry does that is about to start there: nothing is opened where another
   * one runs. Default false.
   */
  readonly alone?: boolean
}

/**
 * Opens the storage and the secrets of a gitferry, which may be running, or may never have been started: nothing else is
 * opened, and nothing is started. What is done here stands in the audit log under `system`; the entries carry their MAC,
 * and are chained by the gitferry that runs within a minute or two, else by the next start. Beside a gitferry that may
 * run, give a storage that leaves older tables as they are: `sqliteStorage({ path, pendingMigrations: 'refuse' })`.
 * @throws INVALID_INPUT naming the option; STORAGE_FAILED, SECRETS_UNAVAILABLE, SECRET_UNREADABLE; CLOSED when the first
 *   start of a gitferry, or a rotation of the secret keys, is under way, or `alone` where another one runs
 */
export async function openAdministration(
  options: GitferryOptions,
  { alone = false }: AdministrationOptions = {},
): Promise<Administration> {
  const resolved = resolveOptions(options)
  const { authenticator, context } = createParts(resolved, fs)
  const { audit, auditChain, sealed, storage } = context
  const lease = new StorageLease({ ...context, kind: 'server' })
  const lock = () => openDataDirectory(resolved.dataDir, { fs, pid: process.pid, startTimeOf })
  let directory: DataDirectory | undefined

  async function open(): Promise<void> {
    await fs.mkdir(resolved.dataDir, { recursive: true, mode: 0o700 })
    if (alone) directory = await lock()
    await storage.open()
    await lease.take()
    await resolved.secrets?.open()
    await checkSecrets({ storage, sealed })
    if (!(await auditChain.join())) await makeChain()
    audit.open()
  }

  async function makeChain(): Promise<void> {
    // two that make the key of the chain at once would each write a checkpoint that the other cannot read
    directory ??= await lock()
    await auditChain.open()
    if (!alone) await unlock()
  }

  async function unlock(): Promise<void> {
    await directory?.release()
    directory = undefined
  }

  async function close(): Promise<void> {
    audit.close()
    await audit.settled()
    await lease.release()
    await storage.close().finally(unlock)
  }

  try {
    await open()
  } catch (error) {
    await close()
    throw error
  }
  const parts = { ...context, principal: system }
  return {
    users: new UsersService(parts),
    tokens: new TokensService(parts),
    accessKeys: new AccessKeysService(parts),
    asksForCredentials: () => authenticator.asksForCredentials(),
    [Symbol.asyncDispose]: close,
  }
}
