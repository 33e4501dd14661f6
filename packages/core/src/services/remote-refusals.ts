import { localRemote, type RemoteRow, type RepoRow, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** @throws REMOTE_NOT_FOUND */
export async function findRemoteNamed(
  session: StorageSession,
  repo: Pick<RepoRow, 'id' | 'name'>,
  name: string,
): Promise<RemoteRow> {
  const [row] = await session.collection('remotes').find({ where: { repo_id: repo.id, name }, limit: 1 })
  if (row) return row
  // the name is not repeated: what a caller takes for one may be a URL
  throw new GitferryError(
    'REMOTE_NOT_FOUND',
    `name: the repository "${repo.name}" has no remote of that name.`,
    {
      details: { field: 'name', repo_id: repo.id },
    },
  )
}

/** @throws INVALID_INPUT for the name that means the repository itself */
export function refuseReserved(name: string): void {
  if (name !== localRemote) return
  throw new GitferryError('INVALID_INPUT', 'name: "local" means the repository itself; give another name.', {
    details: { field: 'name' },
  })
}

/** @throws REMOTE_EXISTS */
export async function refuseSecond(session: StorageSession, repo: RepoRow, name: string): Promise<void> {
  if ((await session.collection('remotes').count({ repo_id: repo.id, name })) === 0) return
  throw new GitferryError(
    'REMOTE_EXISTS',
    `name: the repository "${repo.name}" has a remote "${name}" already; change that one, or give another name.`,
    { details: { field: 'name' } },
  )
}

/** @throws REMOTE_IN_USE naming the tasks */
export async function refuseUsedRemote(session: StorageSession, repo: RepoRow, name: string): Promise<void> {
  const tasks = session.collection('tasks')
  const users = new Map<number, SyncTaskRow>()
  for (const task of [
    ...(await tasks.find({ where: { repo_id: repo.id, source_remote: name } })),
    ...(await tasks.find({ where: { target_repo_id: repo.id, target_remote: name } })),
  ]) {
    users.set(task.id, task)
  }
  if (users.size === 0) return
  const names = [...users.values()].map((task) => `"${task.name}" (id ${task.id})`).join(', ')
  throw new GitferryError(
    'REMOTE_IN_USE',
    `The remote "${name}" of the repository "${repo.name}" is used by ${users.size === 1 ? 'the sync task' : 'the sync tasks'} ${names}; change or delete ${users.size === 1 ? 'it' : 'them'} first.`,
    { details: { task_ids: [...users.keys()] } },
  )
}

/** @throws REMOTE_CONFIGURED */
export function refuseConfigured(repo: RepoRow, name: string): never {
  throw new GitferryError(
    'REMOTE_CONFIGURED',
    `The remote "${name}" stands in the configuration of the repository "${repo.name}", which gitferry never writes; remove it there: git remote remove ${name}`,
    { details: { name } },
  )
}

/** `URL_FORBIDDEN` for a remote that the rules of now do not let anybody use. */
export const unusable = ({ name }: Pick<RemoteRow, 'name'>, problem: string): GitferryError =>
  new GitferryError('URL_FORBIDDEN', `name: the remote "${name}" cannot be used: ${problem}.`, {
    details: { field: 'name' },
  })
