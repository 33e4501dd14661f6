import {
  type CallOptions,
  type CreateRepo,
  localGroup,
  type ProjectRow,
  type RepoRow,
} from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { type ClonePlace, discard, hostedPlace, settle } from '../git/clone-place.ts'
import { holdsScope } from '../wire/index.ts'
import { admitMembers } from './admit-members.ts'
import type { AuditDraft } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findProject } from './find-or-refuse.ts'
import { isRecorded } from './is-recorded.ts'
import { hostedRepo, storeRepo } from './new-repo.ts'
import { refuseTaken } from './repo-refusals.ts'
import { projectFor, toWrite } from './repo-roles.ts'

/** What is asked of a repository that gitferry is to host, checked. */
export type HostingRequest = Pick<
  CreateRepo,
  'name' | 'project_id' | 'description' | 'visibility' | 'import_members'
> & {
  /** The repository that it is a copy of. */
  readonly forked_from_id?: number
}

export interface HostingOptions extends CallOptions {
  readonly draft: AuditDraft
  /** Makes the bare repository in the draft of its place. */
  readonly make: (place: ClonePlace) => Promise<void>
}

/**
 * Makes a repository that gitferry hosts, with its record and its members; nothing is left of one that failed. It needs
 * the role of a developer in the project, or without one the scope `write`.
 * @throws PROJECT_NOT_FOUND, ROLE_MISSING, INVALID_INPUT, REPO_EXISTS, STORE_FAILED, DISK_FULL, GIT_*, ABORTED; what
 *   `make` throws
 */
export async function hostRepo(
  request: HostingRequest,
  context: ServiceContext,
  { draft, make, signal }: HostingOptions,
): Promise<RepoRow> {
  const { clock, principal, settings, storage } = context
  const { name, import_members = false, description = null, visibility = 0, forked_from_id = null } = request
  const project = await projectOf(request, context)
  const group = { group_name: project?.name ?? localGroup, project_id: project?.id ?? null }
  draft.note({ details: { name, group_name: group.group_name, visibility } })
  await refuseTaken(storage, { name, ...group })
  const uuid = clock.newId()
  const place = hostedPlace(settings.dataDir, uuid)
  try {
    await make(place)
    await settle(place)
    const standing = { ...group, description, visibility, forked_from_id }
    const made = await hostedRepo({ name, path: place.path, uuid, ...standing }, context, { signal })
    return await storage.transaction(async (session) => {
      // making it may have taken a while
      if (project) await findProject(session, project.id, 'project_id')
      const { repo } = await storeRepo(session, made, principal, context)
      const members = await admitMembers(session, repo, { ofProject: import_members })
      draft.note({ object_id: repo.id, details: { path: repo.path, members } })
      await draft.write(session)
      return repo
    })
  } catch (error) {
    await removeUnrecorded(place, context)
    throw error
  }
}

/** @throws PROJECT_NOT_FOUND, ROLE_MISSING, INVALID_INPUT */
async function projectOf(
  { project_id, import_members }: HostingRequest,
  context: ServiceContext,
): Promise<ProjectRow | undefined> {
  if (project_id != null) return projectFor(context, project_id, toWrite, 'project_id')
  const { role, scope: held = 'admin' } = context.principal
  if (role !== undefined || !holdsScope(held, 'write')) {
    throw new GitferryError(
      'ROLE_MISSING',
      `project_id: a repository in no project needs the scope "write", and the caller has "${held}"; name a project in which they are a developer.`,
      { details: { field: 'project_id', needed: 'write', held } },
    )
  }
  if (import_members !== true) return undefined
  throw new GitferryError(
    'INVALID_INPUT',
    'import_members: must be false, because the repository is to be in no project; or give project_id.',
    { details: { field: 'import_members' } },
  )
}

/** The answer to a commit may get lost: then it has its record. What cannot be removed now is, at the next start. */
async function removeUnrecorded(place: ClonePlace, { logger, storage }: ServiceContext): Promise<void> {
  try {
    if (!(await isRecorded(storage, place))) await discard(place)
  } catch (error) {
    logger.warn('what was left of a new repository could not be removed', { uuid: place.uuid, error })
  }
}
