import type { Repo, Role } from '../contract/index.ts'
import { roleOf } from '../rights/role-of.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import { membershipsOf } from './repo-roles.ts'

/** What goes with a repository beside its record. */
export interface RepoFacts {
  /** The caller’s role in it; null: none. */
  readonly role: Role | null
  /** The name of the user who made it, if there is one. */
  readonly creator: string | null
  readonly is_creator: boolean
  readonly project_uuid: string | null
}

/** The facts of repositories, in their order; asks the storage a fixed number of times, however many they are. */
export async function repoFacts(
  repos: readonly Pick<Repo, 'id' | 'creator_id' | 'project_id' | 'visibility'>[],
  context: Pick<ServiceContext, 'principal' | 'storage'>,
): Promise<RepoFacts[]> {
  const { principal, storage } = context
  const idsIn = (values: readonly (number | null)[]) => ({
    where: { id: { in: [...new Set(values.filter((value) => value !== null))] } },
  })
  const [caller, memberships, users, projects] = await Promise.all([
    storedUserOf(principal, storage.whole),
    principal.role === undefined ? membershipsOf(context, storage.whole) : [],
    storage.collection('users').find(idsIn(repos.map(({ creator_id }) => creator_id))),
    storage.collection('projects').find(idsIn(repos.map(({ project_id }) => project_id))),
  ])
  const names = new Map(users.map(({ id, name }) => [id, name]))
  const uuids = new Map(projects.map(({ id, uuid }) => [id, uuid]))
  const inRepo = new Map(memberships.map(({ repo_id, role }) => [repo_id, role]))
  const inProject = new Map(memberships.map(({ project_id, role }) => [project_id, role]))
  return repos.map((repo) => {
    const creator = names.get(repo.creator_id ?? 0) ?? null
    const held = roleOf(principal, repo, {
      repo: inRepo.get(repo.id),
      project: repo.project_id === null ? undefined : inProject.get(repo.project_id),
    })
    return {
      role: held ?? null,
      creator,
      is_creator: caller !== undefined && caller.id === repo.creator_id,
      project_uuid: uuids.get(repo.project_id ?? 0) ?? null,
    }
  })
}
