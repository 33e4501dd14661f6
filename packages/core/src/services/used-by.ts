import type { UsedBy } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

type Column = 'ssh_key_id' | 'credential_id'

/** What uses each of the SSH keys, by their ids; one that nothing uses has an empty list. */
export const usersOfSshKeys = (session: StorageSession, ids: readonly number[]) =>
  usersOf(session, 'ssh_key_id', ids)

/** What uses an SSH key: repositories for all of their remotes, then single remotes. */
export const usersOfSshKey = async (session: StorageSession, id: number): Promise<UsedBy[]> =>
  (await usersOfSshKeys(session, [id])).get(id) ?? []

/** What uses each of the credentials, by their ids; one that nothing uses has an empty list. */
export const usersOfCredentials = (session: StorageSession, ids: readonly number[]) =>
  usersOf(session, 'credential_id', ids)

/** What uses a credential: repositories for all of their remotes, then single remotes. */
export const usersOfCredential = async (session: StorageSession, id: number): Promise<UsedBy[]> =>
  (await usersOfCredentials(session, [id])).get(id) ?? []

/** For a message: `the repository "site", the remote "site/backup"`. */
export const namesOfUsers = (users: readonly UsedBy[]): string =>
  users.map(({ object_type, name }) => `the ${objectNames[object_type]} "${name}"`).join(', ')

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
  return users
}
