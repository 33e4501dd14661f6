import type { UsedBy } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { unfinishedJobs } from './unfinished-jobs.ts'

type Column = 'ssh_key_id' | 'credential_id'

/** What uses each of the SSH keys, by their ids; one that nothing uses has an empty list. */
export const usersOfSshKeys = (session: StorageSession, ids: readonly number[]) =>
  usersOf(session, 'ssh_key_id', ids)

/** What uses an SSH key: repositories for all of their remotes, then single remotes, then clones under way. */
export const usersOfSshKey = async (session: StorageSession, id: number): Promise<UsedBy[]> =>
  (await usersOfSshKeys(session, [id])).get(id) ?? []

/** What uses each of the credentials, by their ids; one that nothing uses has an empty list. */
export const usersOfCredentials = (session: StorageSession, ids: readonly number[]) =>
  usersOf(session, 'credential_id', ids)

/** What uses a credential: repositories for all of their remotes, then single remotes, then clones under way. */
export const usersOfCredential = async (session: StorageSession, id: number): Promise<UsedBy[]> =>
  (await usersOfCredentials(session, [id])).get(id) ?? []

/** For a message: `the repository "site", the remote "site/backup", the clone "new" (job 3)`. */
export const namesOfUsers = (users: readonly UsedBy[]): string =>
  users
    .map((user) =>
      user.object_type === 'job'
        ? `the clone "${user.name}" (job ${user.job_id})`
        : `the ${objectNames[user.object_type]} "${user.name}"`,
    )
    .join(', ')

/** For a message: how they come to use it no more. `other`: what they can be given instead. */
export function remedyFor(users: readonly UsedBy[], other: string): string {
  const it = users.length === 1 ? 'it' : 'them'
  if (users.every(({ object_type }) => object_type === 'job')) return `wait for ${it}, or cancel ${it}, first`
  return `give ${it} ${other} first`
}

const objectNames = { repo: 'repository', remote: 'remote' } as const

async function usersOf(
  session: StorageSession,
  column: Column,
  ids: readonly number[],
): Promise<Map<number, UsedBy[]>> {
  const users = new Map<number, UsedBy[]>(ids.map((id) => [id, []]))
  if (ids.length === 0) return users
  const where = column === 'ssh_key_id' ? { ssh_key_id: { in: ids } } : { credential_id: { in: ids } }
  const repos = session.collection('repos')
  for (const { id, name, ...repo } of await repos.find({ where })) {
    users.get(repo[column]!)?.push({ object_type: 'repo', repo_id: id, name })
  }
  const remotes = await session.collection('remotes').find({ where })
  const owners = await repos.find({ where: { id: { in: remotes.map((remote) => remote.repo_id) } } })
  const names = new Map(owners.map(({ id, name }) => [id, name]))
  for (const { repo_id, name, ...remote } of remotes) {
    const shown = `${names.get(repo_id) ?? repo_id}/${name}`
    users.get(remote[column]!)?.push({ object_type: 'remote', repo_id, name: shown })
  }
  for (const { id, name, input } of await unfinishedJobs(session)) {
    users.get(Number(input[column] ?? Number.NaN))?.push({ object_type: 'job', job_id: id, name })
  }
  return users
}
