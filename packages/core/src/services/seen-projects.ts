import { holdsScope } from '../wire/index.ts'
import { type Asking, membershipsOf } from './repo-roles.ts'

/** The projects of which a caller is a member, or that hold a repository of theirs, by id; `undefined`: every one. */
export async function seenProjects({ principal, storage }: Asking): Promise<number[] | undefined> {
  const { role, scope = 'admin' } = principal
  if (role === undefined && holdsScope(scope, 'read')) return undefined
  const memberships = role === undefined ? await membershipsOf({ principal }, storage.whole) : []
  const repoIds = memberships.flatMap(({ repo_id }) => repo_id ?? [])
  const repos =
    repoIds.length === 0 ? [] : await storage.collection('repos').find({ where: { id: { in: repoIds } } })
  return [...new Set([...memberships, ...repos].flatMap(({ project_id }) => project_id ?? []))]
}
