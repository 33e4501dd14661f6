import type { StorageSession } from '../ports/index.ts'

/** The names of the users whose the rows are, by the user’s id. */
export async function ownersOf(
  session: StorageSession,
  rows: readonly { readonly user_id: number }[],
): Promise<Map<number, string>> {
  if (rows.length === 0) return new Map()
  const ids = [...new Set(rows.map((row) => row.user_id))]
  const users = await session.collection('users').find({ where: { id: { in: ids } } })
  return new Map(users.map(({ id, name }) => [id, name]))
}
