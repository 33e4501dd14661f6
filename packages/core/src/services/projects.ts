import {
  type CallOptions,
  type CreateProject,
  createProject,
  type Deleted,
  type MembersApi,
  type Page,
  type PageQuery,
  type Project,
  type ProjectRow,
  type ProjectsApi,
  pageQuery,
  roles,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import { findProject } from './find-or-refuse.ts'
import { MembersService } from './members.ts'
import { findBatches, findPage } from './pages.ts'
import { refuseNobodysProject, refuseProjectInUse, refuseTakenProject } from './project-refusals.ts'
import { projectFor, toAdminister, toRead } from './repo-roles.ts'
import { seenProjects } from './seen-projects.ts'

/** Named groups of repositories, with members of their own. */
export class ProjectsService implements ProjectsApi {
  readonly members: MembersApi
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
    this.members = new MembersService(context, 'project')
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Project>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const projects = this.#context.storage.collection('projects')
    const page = await findPage(projects, { where: await this.#seen() }, paging, { whole: false })
    return { ...page, items: page.items.map(toProject) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Project, void, undefined> {
    throwIfAborted(signal)
    const projects = this.#context.storage.collection('projects')
    for await (const rows of findBatches(projects, { where: await this.#seen() })) {
      for (const row of rows) {
        throwIfAborted(signal)
        yield toProject(row)
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Project> {
    throwIfAborted(signal)
    const project = await findProject(this.#context.storage, id)
    const seen = await seenProjects(this.#context)
    const isSeen = seen === undefined || seen.includes(project.id)
    return toProject(isSeen ? project : await projectFor(this.#context, id, toRead))
  }

  async create(input: CreateProject, { signal }: CallOptions = {}): Promise<Project> {
    const { audit, clock, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'project', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const { name, kind = 'scrum', description = null } = parseInput(createProject, input)
      draft.note({ details: { name } })
      return storage.transaction(async (session) => {
        const creator_id = (await storedUserOf(principal, session))?.id ?? null
        if (creator_id === null) refuseNobodysProject(principal)
        await refuseTakenProject(session, name)
        const now = new Date(clock.now()).toISOString()
        const given = { uuid: clock.newId(), name, kind, description, creator_id }
        const row = await session
          .collection('projects')
          .insert({ ...given, created_at: now, updated_at: now })
        if (creator_id !== null) {
          const admin = { project_id: row.id, repo_id: null, user_id: creator_id, role: roles.admin }
          await session.collection('members').insert({ ...admin, created_at: now })
        }
        draft.note({ object_id: row.id })
        await draft.write(session)
        return toProject(row)
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'project', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const project = await projectFor({ principal, storage: session }, id, toAdminister)
        draft.note({ details: { name: project.name } })
        await refuseProjectInUse({ principal, storage: session }, project)
        const members = await session.collection('members').deleteWhere({ project_id: id })
        await session.collection('projects').delete(id)
        draft.note({ details: { members } })
        await draft.write(session)
      }),
    )
    return { id, deleted: true }
  }

  async #seen() {
    const ids = await seenProjects(this.#context)
    return ids === undefined ? {} : { id: { in: ids } }
  }
}

const toProject = ({ version: _, ...shown }: ProjectRow): Project => shown
