import type { PublicKeyRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** Of which user, or which repository’s deploy key: one of the two is null. */
type Belonging = Pick<PublicKeyRow, 'user_id' | 'repo_id'>

/**
 * Refuses a key that would not tell who comes with it: a user’s is nobody else’s and no deploy key, a deploy key may stand
 * at several repositories, once at each. Whose it is already is told to nobody but its owner. To be called in the
 * transaction that stores it.
 * @throws PUBLIC_KEY_EXISTS
 */
export async function refuseTakenKey(
  session: StorageSession,
  fingerprint: string,
  { user_id, repo_id }: Belonging,
): Promise<void> {
  const found = await session.collection('public_keys').find({ where: { fingerprint } })
  const here = found.find((row) => row.user_id === user_id && row.repo_id === repo_id)
  if (here) {
    throw exists(`is there already, as "${here.title}" (id ${here.id})`, { id: here.id })
  }
  const isTaken = user_id !== null ? found.length > 0 : found.some((row) => row.user_id !== null)
  if (!isTaken) return
  throw exists(
    user_id !== null
      ? 'is in use already, by somebody else or as a deploy key; make a new one: ssh-keygen -t ed25519'
      : 'is a user’s, and a deploy key is nobody’s; make a new one: ssh-keygen -t ed25519',
  )
}

/** For a key that is not there, or that the caller may not know of. */
export const publicKeyNotFound = (field: 'id' | 'key_id', id: number): GitferryError =>
  new GitferryError('PUBLIC_KEY_NOT_FOUND', `${field}: there is no public key with the id ${id}.`, {
    details: { field, id },
  })

const exists = (problem: string, details: { readonly id?: number } = {}): GitferryError =>
  new GitferryError('PUBLIC_KEY_EXISTS', `key: this key ${problem}.`, {
    details: { field: 'key', ...details },
  })
