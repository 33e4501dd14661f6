import { type MemberRow, type Principal, roles } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { holdsScope } from '../wire/index.ts'

interface Change {
  readonly row: MemberRow
  /** What the member is to be; `undefined`: none any more. */
  readonly role: MemberRow['role'] | undefined
  readonly principal: Principal
  /** What the member is one of. */
  readonly noun: string
}

/**
 * Refuses to leave a repository or project without the admins that it had, but to whoever has the scope `admin`, and so
 * can make new ones. To be called in the transaction that makes the change.
 * @throws LAST_ADMIN
 */
export async function refuseLastAdmin(
  session: StorageSession,
  { row, role, principal, noun }: Change,
): Promise<void> {
  if (row.role !== roles.admin || role === roles.admin) return
  if (principal.role === undefined && holdsScope(principal.scope ?? 'admin', 'admin')) return
  const { repo_id, project_id } = row
  const admins = await session.collection('members').count({ repo_id, project_id, role: roles.admin })
  if (admins > 1) return
  throw new GitferryError(
    'LAST_ADMIN',
    `user_id: this is the only admin of the ${noun} ${repo_id ?? project_id}; make somebody else an admin first.`,
    { details: { field: 'user_id', id: row.user_id } },
  )
}
