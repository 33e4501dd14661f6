import {
  localGroup,
  type Principal,
  type RepoRow,
  type SyncTaskRow,
  type UpdateRepo,
} from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { holdsScope } from '../wire/index.ts'
import { findCredential, findSshKey } from './find-or-refuse.ts'
import { readsEverything } from './repo-roles.ts'
import { unfinishedJobs } from './unfinished-jobs.ts'

/** Whether what a repository is to reach its remotes with is there. @throws SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND */
export async function refuseUnknownAccess(
  session: StorageSession,
  { ssh_key_id, credential_id }: Pick<UpdateRepo, 'ssh_key_id' | 'credential_id'>,
): Promise<void> {
  if (ssh_key_id != null) await findSshKey(session, ssh_key_id, 'ssh_key_id')
  if (credential_id != null) await findCredential(session, credential_id, 'credential_id')
}

/**
 * Refuses to have a member of a repository choose what opens its remotes: the keys and credentials are everybody’s, and
 * to use them is a matter of the scope.
 * @throws FORBIDDEN
 */
export function refuseAccessBeyondScope(
  { scope: held = 'admin' }: Principal,
  given: Pick<UpdateRepo, 'ssh_key_id' | 'credential_id'>,
): void {
  const field = (['ssh_key_id', 'credential_id'] as const).find((name) => given[name] !== undefined)
  if (field === undefined || holdsScope(held, 'write')) return
  throw new GitferryError(
    'FORBIDDEN',
    `${field}: to choose what opens remotes needs the scope "write", and the caller has "${held}"; leave it out.`,
    { details: { field, needed: 'write', held } },
  )
}

/**
 * Refuses a path that is another repository's, or a name that is one's of the same group, also one that is still being
 * cloned. `uuid`: what the clone of that repository itself holds counts as free.
 * @throws REPO_EXISTS; for a path that a clone under way has, `pathCode`
 */
export async function refuseTaken(
  session: StorageSession,
  taken: {
    readonly name?: string
    /** Default: that of repositories in no project. */
    readonly group_name?: string
    readonly path?: string
    readonly uuid?: string
  },
  pathCode: 'REPO_EXISTS' | 'PATH_EXISTS' = 'REPO_EXISTS',
): Promise<void> {
  const repos = session.collection('repos')
  const { group_name = localGroup } = taken
  for (const field of ['path', 'name'] as const) {
    const value = taken[field]
    if (value === undefined) continue
    const where = field === 'name' ? { group_name, name: value } : { path: value }
    const [other] = await repos.find({ where, limit: 1 })
    if (other === undefined) continue
    throw new GitferryError(
      'REPO_EXISTS',
      field === 'path'
        ? `path: this repository is registered already, as "${other.name}" (id ${other.id}).`
        : `name: "${value}" is taken by the repository with the id ${other.id}; give another name.`,
      { details: { field, id: other.id } },
    )
  }
  for (const { id, name, input } of await unfinishedJobs(session)) {
    if (taken.uuid !== undefined && input.uuid === taken.uuid) continue
    if (taken.path !== undefined && input.path === taken.path) throw underWay(pathCode, 'path', id)
    const group = input.group_name ?? localGroup
    if (name === taken.name && group === group_name) throw underWay('REPO_EXISTS', 'name', id)
  }
}

const underWay = (code: 'REPO_EXISTS' | 'PATH_EXISTS', field: 'name' | 'path', id: number): GitferryError =>
  new GitferryError(code, `${field}: the clone of job ${id}, which is under way, has it; give another.`, {
    details: { field, job_id: id },
  })

/** @throws REPO_IN_USE naming the tasks, to whoever may see those; to others, how many there are */
export async function refuseUsed(
  session: StorageSession,
  repo: RepoRow,
  principal: Principal,
): Promise<void> {
  const tasks = session.collection('tasks')
  const users = new Map(
    [
      ...(await tasks.find({ where: { repo_id: repo.id } })),
      ...(await tasks.find({ where: { target_repo_id: repo.id } })),
    ].map((task) => [task.id, task]),
  )
  if (users.size === 0) return
  const used = `The repository "${repo.name}" is used by`
  if (!readsEverything(principal)) {
    throw new GitferryError(
      'REPO_IN_USE',
      `${used} ${users.size === 1 ? 'a sync task' : `${users.size} sync tasks`}; whoever may change tasks can delete ${users.size === 1 ? 'it' : 'them'} first.`,
      { details: { tasks: users.size } },
    )
  }
  const names = [...users.values()].map((task) => `"${task.name}" (id ${task.id})`).join(', ')
  throw new GitferryError(
    'REPO_IN_USE',
    `${used} ${users.size === 1 ? 'the sync task' : 'the sync tasks'} ${names}; delete ${users.size === 1 ? 'it' : 'them'} first.`,
    { details: { task_ids: [...users.keys()] } },
  )
}

/** A repository deleted since it was looked at must not gain a task. @throws REPO_NOT_FOUND */
export async function refuseGone(
  session: StorageSession,
  row: Pick<SyncTaskRow, 'repo_id' | 'target_repo_id'>,
): Promise<void> {
  for (const field of ['repo_id', 'target_repo_id'] as const) {
    if (await session.collection('repos').get(row[field])) continue
    throw new GitferryError('REPO_NOT_FOUND', `${field}: there is no repository with the id ${row[field]}.`, {
      details: { field },
    })
  }
}
