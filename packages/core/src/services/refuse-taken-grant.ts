import type { UserRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

const kinds = {
  tokens: { noun: 'a token', code: 'TOKEN_EXISTS' },
  access_keys: { noun: 'an access key', code: 'ACCESS_KEY_EXISTS' },
} as const

/** @throws TOKEN_EXISTS, ACCESS_KEY_EXISTS when the user has one of that name */
export async function refuseTakenGrant(
  session: StorageSession,
  table: keyof typeof kinds,
  { name, owner }: { readonly name: string; readonly owner: UserRow },
): Promise<void> {
  const [taken] = await session.collection(table).find({ where: { user_id: owner.id, name }, limit: 1 })
  if (!taken) return
  const { noun, code } = kinds[table]
  throw new GitferryError(
    code,
    `name: the user "${owner.name}" has ${noun} called "${name}" already (id ${taken.id}); give another name, or delete that one.`,
    { details: { field: 'name', id: taken.id } },
  )
}
