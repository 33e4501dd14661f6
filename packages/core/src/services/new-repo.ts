import { basename } from 'node:path'
import {
  type CallOptions,
  localGroup,
  namedRepo,
  type Principal,
  type RemoteRow,
  type RepoRow,
} from '../contract/index.ts'
import { aboutField, parseInput } from '../errors/index.ts'
import { describeRepository } from '../git/local/commands/describe-repository.ts'
import { defaultBranch } from '../git/local/default-branch.ts'
import { inspectRepository } from '../git/local/inspect-repository.ts'
import { resolvePath } from '../git/local/resolve-path.ts'
import type { NewRow, StorageSession } from '../ports/index.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import type { KeptLogin } from './keep-login.ts'
import { type ImportedRemote, importRemotes } from './remote-import.ts'
import { refuseTaken, refuseUnknownAccess } from './repo-refusals.ts'
import { storeRemotes } from './store-remotes.ts'

/** Where a repository stands among the others, and who may see it. */
export type Standing = Pick<
  RepoRow,
  'group_name' | 'project_id' | 'description' | 'visibility' | 'forked_from_id'
>

/** Of a repository that nobody has put anywhere. */
const outsideProjects: Standing = {
  group_name: localGroup,
  project_id: null,
  description: null,
  visibility: 0,
  forked_from_id: null,
}

/** A repository that was looked at and is to be recorded. */
export interface NewRepo {
  readonly row: Omit<NewRow<RepoRow>, 'creator_id'>
  /** The remotes of its own configuration. */
  readonly imported: readonly ImportedRemote[]
}

type NewRepoContext = Pick<ServiceContext, 'clock' | 'runner' | 'sealed' | 'settings' | 'sizes'>

type Given = Pick<RepoRow, 'ssh_key_id' | 'credential_id'> & {
  /** Default: the folder’s. */
  readonly name?: string | null | undefined
  /** Default: a new one. */
  readonly uuid?: string | undefined
}

interface LookOptions extends CallOptions {
  /** Called as soon as these are known, before what takes longer; what it throws ends the look. */
  readonly onFound?: (found: Pick<RepoRow, 'name' | 'path'>) => Promise<void>
}

/**
 * Looks at a repository that is to be registered by its path; nothing in it is run or changed.
 * @throws what `inspectRepository` throws, INVALID_INPUT for a name that cannot be one
 */
export async function lookAtRepo(
  path: string,
  { name: given, uuid, ssh_key_id, credential_id }: Given,
  context: NewRepoContext,
  { signal, onFound = async () => {} }: LookOptions = {},
): Promise<NewRepo> {
  const { clock, runner, sealed, settings, sizes } = context
  const inspected = inspectRepository(path, { runner, signal, ...settings })
  const { work_tree: _, ...found } = await inspected.catch((error: unknown) => {
    throw aboutField(error, 'path')
  })
  const { name } = parseInput(namedRepo, { name: given ?? basename(found.path) })
  await onFound({ name, path: found.path })
  const rules = { policy: settings, takeLogins: sealed.available }
  const imported = await importRemotes(found, { runner, ...rules, signal })
  const own = { uuid: uuid ?? clock.newId(), is_hosted: false }
  const row = {
    ...found,
    ...own,
    ...outsideProjects,
    name,
    default_branch: await defaultBranch(found, { runner, signal }),
    ssh_key_id,
    credential_id,
    checked_at: null,
    size_bytes: await sizes.measure({ ...found, ...own }, { signal }),
    ...times(context),
  }
  return { row, imported }
}

/** A repository that gitferry made in its data directory and hosts. @throws NOT_A_REPOSITORY, GIT_*, ABORTED */
export async function hostedRepo(
  { name, path, uuid, ...standing }: Pick<RepoRow, 'name' | 'path' | 'uuid'> & Partial<Standing>,
  context: NewRepoContext,
  { signal }: CallOptions = {},
): Promise<NewRepo> {
  const { runner, sizes } = context
  const resolved = await resolvePath(path)
  const { objectFormat } = await runner.run(describeRepository(), { gitDir: resolved, signal })
  const found = { git_dir: resolved, common_dir: resolved, is_bare: true, is_hosted: true, uuid }
  const row = {
    ...outsideProjects,
    ...standing,
    ...found,
    name,
    path: resolved,
    object_format: objectFormat,
    default_branch: await defaultBranch(found, { runner, signal }),
    ssh_key_id: null,
    credential_id: null,
    checked_at: null,
    size_bytes: await sizes.measure(found, { signal }),
    ...times(context),
  }
  return { row, imported: [] }
}

export interface StoredRepo {
  readonly repo: RepoRow
  readonly remotes: readonly RemoteRow[]
  readonly logins: readonly KeptLogin[]
}

/**
 * Stores a repository and its remotes, in the name of whoever asked for it; to be called in a transaction.
 * @throws REPO_EXISTS, SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND
 */
export async function storeRepo(
  session: StorageSession,
  { row, imported }: NewRepo,
  creator: Pick<Principal, 'user'>,
  context: Pick<ServiceContext, 'clock' | 'sealed'>,
): Promise<StoredRepo> {
  await refuseTaken(session, row)
  await refuseUnknownAccess(session, row)
  const creator_id = (await storedUserOf(creator, session))?.id ?? null
  const repo = await session.collection('repos').insert({ ...row, creator_id })
  const { remotes, logins } = await storeRemotes(session, repo, imported, context)
  return { repo, remotes, logins }
}

function times({ clock }: Pick<ServiceContext, 'clock'>): Pick<RepoRow, 'created_at' | 'updated_at'> {
  const now = new Date(clock.now()).toISOString()
  return { created_at: now, updated_at: now }
}
