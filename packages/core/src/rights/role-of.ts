import type { Principal, Role } from '../contract/index.ts'
import { roles } from '../contract/index.ts'

/** What of a caller’s memberships counts for one repository. */
export interface Memberships {
  /** The role in the repository itself. */
  readonly repo: Role | undefined
  /** The role in its project. */
  readonly project: Role | undefined
}

interface SeenRepo {
  readonly id: number
  readonly visibility: 0 | 10 | 20
}

/** What a scope gives in every repository. */
const byScope = { member: undefined, read: roles.viewer, write: roles.developer, admin: roles.admin } as const

/**
 * The role of a caller in a repository; `undefined`: they may not even know of it. The one that the principal names; else
 * the highest of what they have as a member and what their scope gives. A credential of the scope `read` gives no more
 * than reading, and one that is restricted to other repositories nothing. A member of the project has in its repositories what the visibility gives.
 * Pure.
 */
export function roleOf(principal: Principal, repo: SeenRepo, memberships: Memberships): Role | undefined {
  const { repoIds, role, scope = 'admin' } = principal
  if (repoIds != null && !repoIds.includes(repo.id)) return undefined
  if (role !== undefined && repoIds == null) return undefined
  const seen =
    repo.visibility === 20 || (repo.visibility === 10 && memberships.project !== undefined)
      ? roles.viewer
      : undefined
  const had = role === undefined ? [byScope[scope], memberships.repo, seen] : [role]
  const given = had.filter((one) => one !== undefined)
  if (given.length === 0) return undefined
  return scope === 'read' ? roles.viewer : (Math.max(...given) as Role)
}
