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

/** Rows as they are shown, each with the name of its user. What was deleted since the rows were read is left out. */
export async function showWithOwners<Row extends { readonly user_id: number }, Shown>(
  session: StorageSession,
  rows: readonly Row[],
  show: (row: Row, owner: string) => Shown,
): Promise<Shown[]> {
  const owners = await ownersOf(session, rows)
  return rows.flatMap((row) => {
    const owner = owners.get(row.user_id)
    return owner === undefined ? [] : [show(row, owner)]
  })
}
