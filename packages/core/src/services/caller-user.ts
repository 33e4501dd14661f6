import type { Principal, UserRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** The stored user in whose name a caller asks; `undefined` for whoever is none: gitferry itself, a deploy key. */
export async function storedUserOf(
  { user }: Pick<Principal, 'user'>,
  session: StorageSession,
): Promise<UserRow | undefined> {
  const [found] = await session.collection('users').find({ where: { name: user.toLowerCase() }, limit: 1 })
  return found
}
