import type { RepoRow, SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** @throws SSH_KEY_NOT_FOUND for any key: this version holds none */
export function refuseUnknownKey(id: number | null | undefined): void {
  if (id === null || id === undefined) return
  throw new GitferryError('SSH_KEY_NOT_FOUND', `ssh_key_id: there is no SSH key with the id ${id}.`, {
    details: { field: 'ssh_key_id', id },
  })
}

/** @throws REPO_EXISTS when the path or the name is another repository's */
export async function refuseTaken(
  session: StorageSession,
  taken: { readonly name?: string; readonly path?: string },
): Promise<void> {
  const repos = session.collection('repos')
  for (const field of ['path', 'name'] as const) {
    const value = taken[field]
    if (value === undefined) continue
    const [other] = await repos.find({ where: { [field]: value }, limit: 1 })
    if (other === undefined) continue
    throw new GitferryError(
      'REPO_EXISTS',
      field === 'path'
        ? `path: this repository is registered already, as "${other.name}" (id ${other.id}).`
        : `name: "${value}" is taken by the repository with the id ${other.id}; give another name.`,
      { details: { field, id: other.id } },
    )
  }
}

/** @throws REPO_IN_USE naming the tasks */
export async function refuseUsed(session: StorageSession, repo: RepoRow): Promise<void> {
  const tasks = session.collection('tasks')
  const users = new Map(
    [
      ...(await tasks.find({ where: { repo_id: repo.id } })),
      ...(await tasks.find({ where: { target_repo_id: repo.id } })),
    ].map((task) => [task.id, task]),
  )
  if (users.size === 0) return
  const names = [...users.values()].map((task) => `"${task.name}" (id ${task.id})`).join(', ')
  throw new GitferryError(
    'REPO_IN_USE',
    `The repository "${repo.name}" is used by ${users.size === 1 ? 'the sync task' : 'the sync tasks'} ${names}; delete ${users.size === 1 ? 'it' : 'them'} first.`,
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
