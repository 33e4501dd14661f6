import type { RepoRow } from '../contract/index.ts'
import type { Where } from '../ports/index.ts'
import { holdsScope } from '../wire/index.ts'
import { type Asking, membershipsOf } from './repo-roles.ts'

/**
 * Which repositories a caller has a role in, for a list of them: as `roleOf` decides it of each. Only the scope `member`
 * is kept from any. Asks three times, however many there are.
 */
export async function seenRepos({ principal, storage }: Asking): Promise<Where<RepoRow>> {
  const { repoIds, role, scope = 'admin' } = principal
  // of a restricted caller the storage shows no more than their repositories
  if (role !== undefined) return repoIds == null ? { id: { in: [] } } : {}
  if (holdsScope(scope, 'read')) return {}
  const memberships = await membershipsOf({ principal }, storage.whole)
  const projects = memberships.flatMap(({ project_id }) => project_id ?? [])
  const repos = storage.collection('repos')
  const shown = await Promise.all([
    repos.find({ where: { visibility: 20 } }),
    projects.length === 0 ? [] : repos.find({ where: { visibility: 10, project_id: { in: projects } } }),
  ])
  const ids = [...memberships.flatMap(({ repo_id }) => repo_id ?? []), ...shown.flat().map(({ id }) => id)]
  return { id: { in: [...new Set(ids)] } }
}
