import type { SshKeyRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { namesOfUsers, remedyFor, usersOfSshKey } from './used-by.ts'

/** @throws SSH_KEY_EXISTS when the name, or the key itself, is another's */
export async function refuseTakenSshKey(
  session: StorageSession,
  { name, fingerprint }: { readonly name?: string; readonly fingerprint?: string },
): Promise<void> {
  const keys = session.collection('ssh_keys')
  const [named] = name === undefined ? [] : await keys.find({ where: { name }, limit: 1 })
  if (named) {
    throw new GitferryError(
      'SSH_KEY_EXISTS',
      `name: "${name}" is taken by the SSH key with the id ${named.id}; give another name.`,
      { details: { field: 'name', id: named.id } },
    )
  }
  const [same] = fingerprint === undefined ? [] : await keys.find({ where: { fingerprint }, limit: 1 })
  if (same) {
    throw new GitferryError(
      'SSH_KEY_EXISTS',
      `private_key: this key is stored already, as "${same.name}" (id ${same.id}); use that one.`,
      { details: { field: 'private_key', id: same.id } },
    )
  }
}

/** @throws SSH_KEY_IN_USE naming what uses it */
export async function refuseUsedSshKey(session: StorageSession, key: SshKeyRow): Promise<void> {
  const users = await usersOfSshKey(session, key.id)
  if (users.length === 0) return
  throw new GitferryError(
    'SSH_KEY_IN_USE',
    `The SSH key "${key.name}" is used by ${namesOfUsers(users)}; ${remedyFor(users, 'another key, or none,')}.`,
    { details: { id: key.id, users } },
  )
}
