import type { MemberRow, Principal, ProjectRow, RepoRow, Role } from '../contract/index.ts'
import { roles } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { CallerSession } from '../rights/caller-storage.ts'
import { roleOf } from '../rights/role-of.ts'
import { holdsScope, type Scope } from '../wire/index.ts'
import { storedUserOf } from './caller-user.ts'
import { findProject, findRepo } from './find-or-refuse.ts'

export interface Asking {
  readonly principal: Principal
  /** What the caller sees, within a transaction or outside of one. */
  readonly storage: CallerSession
}

/** What the roles are called, where a person reads of them. */
const titles: Readonly<Record<Role, string>> = { 20: 'viewer', 30: 'developer', 40: 'admin' }

export interface Needed {
  readonly role: Role
  /** A scope that is enough by itself, whatever role it gives. */
  readonly orScope?: Scope | undefined
}

/** The memberships of the caller, by the id of the repository or project. Of whoever is no stored user: none. */
export async function membershipsOf(
  { principal }: Pick<Asking, 'principal'>,
  session: StorageSession,
): Promise<MemberRow[]> {
  const user = await storedUserOf(principal, session)
  return user ? session.collection('members').find({ where: { user_id: user.id } }) : []
}

/** The caller’s role in a repository; `undefined`: none. */
export async function roleIn(
  repo: RepoRow,
  asking: Asking,
  session: StorageSession = asking.storage.whole,
): Promise<Role | undefined> {
  const rows = asking.principal.role === undefined ? await membershipsOf(asking, session) : []
  return roleOf(asking.principal, repo, {
    repo: rows.find((row) => row.repo_id === repo.id)?.role,
    project:
      repo.project_id === null ? undefined : rows.find((row) => row.project_id === repo.project_id)?.role,
  })
}

/**
 * A repository in which the caller has at least this role; `needs` may depend on the repository.
 * @throws INVALID_INPUT, REPO_NOT_FOUND, ROLE_MISSING
 */
export async function repoFor(
  asking: Asking,
  repoId: number,
  needs: Needed | ((repo: RepoRow) => Needed),
): Promise<RepoRow> {
  const repo = await findRepo(asking.storage, repoId)
  const { role, orScope } = typeof needs === 'function' ? needs(repo) : needs
  if (isEnough(asking.principal, orScope)) return repo
  const held = await roleIn(repo, asking)
  if (held !== undefined && held >= role) return repo
  throw roleMissing(`the repository ${repo.id}`, role, held)
}

/**
 * A project in which the caller has at least this role; a scope gives the same role in every project as in every
 * repository.
 * @throws INVALID_INPUT, PROJECT_NOT_FOUND, ROLE_MISSING
 */
export async function projectFor(
  asking: Asking,
  projectId: number,
  { role, orScope }: Needed,
  field?: string,
): Promise<ProjectRow> {
  const project = await findProject(asking.storage, projectId, field)
  if (isEnough(asking.principal, orScope)) return project
  const held = await roleInProject(project, asking)
  if (held !== undefined && held >= role) return project
  throw roleMissing(`the project "${project.name}"`, role, held)
}

/** The caller’s role in a project; `undefined`: none. */
export async function roleInProject(
  { id }: Pick<ProjectRow, 'id'>,
  asking: Asking,
): Promise<Role | undefined> {
  const rows = await membershipsOf(asking, asking.storage.whole)
  const own = rows.find((row) => row.project_id === id)?.role
  // a project is seen as a repository without any visibility of its own
  return roleOf({ ...asking.principal, repoIds: null }, { id, visibility: 0 }, { repo: own, project: own })
}

/** Whether the scope of a caller, and not a role, lets them see every repository with all that belongs to it. */
export const readsEverything = (principal: Principal): boolean => isEnough(principal, 'read')

const isEnough = ({ role, scope = 'admin' }: Principal, asked: Scope | undefined): boolean =>
  asked !== undefined && role === undefined && holdsScope(scope, asked)

/** Whoever has no role at all is told nothing of the repository or project, not even what it is called. */
function roleMissing(where: string, needed: Role, held: Role | undefined): GitferryError {
  const role = `the role of ${titles[needed]} (${needed})`
  return new GitferryError(
    'ROLE_MISSING',
    held === undefined
      ? `This needs ${role}, and the caller has none there; an admin can give it.`
      : `This needs ${role} in ${where}, and the caller is ${titles[held]} (${held}); an admin of it can give it.`,
    { details: { needed, held: held ?? null } },
  )
}

/** What a caller may see at least. The scope gives that role everywhere, so that no membership needs to be asked for. */
export const toRead: Needed = { role: roles.viewer, orScope: 'read' }

/** What a caller may change of what is in it. */
export const toWrite: Needed = { role: roles.developer, orScope: 'write' }

/** What a caller may change of the repository or project itself. */
export const toAdminister: Needed = { role: roles.admin, orScope: 'admin' }
