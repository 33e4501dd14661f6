import type { RepoFacts } from '@gitferry/core'
import { isFinishedJob, type Repo, roles } from '@gitferry/core/contract'
import { isGitferryError } from '@gitferry/core/errors'
import { z } from 'zod'
import type { ServedGitferry } from '../../served.ts'
import { integerOrText, integerText, oneOfIntegersOrTexts, optional, text, uuid } from '../fields.ts'
import { makeRepository } from '../make-repository.ts'
import { operation } from '../operation.ts'
import { projectByUuid, repoByUuid } from '../repositories.ts'
import { plainUuid, uuidOf } from '../shapes/identifiers.ts'
import { beingMade, failed, toRepoInfo, toRepoInfoV2, usable } from '../shapes/repo.ts'

const ofRepository = z.object({ repository_uuid: uuid })
const ofProject = z.object({ project_uuid: uuid })

const listQuery = z.object({
  page_index: optional(integerText(1)),
  page_size: optional(integerText(1, 100)),
  search: optional(text(0, 256)),
})

async function listed(
  gitferry: ServedGitferry,
  { page_index: page = 1, page_size = 20, search }: z.output<typeof listQuery>,
  project_id: number | undefined,
  signal: AbortSignal,
) {
  const query = { page, page_size, ...(search && { name: search }), ...(project_id && { project_id }) }
  const { items, total } = await gitferry.repos.list(query, { signal })
  return { items, total, facts: await gitferry.lookUp.facts(items) }
}

async function factsOf(gitferry: ServedGitferry, repo: Repo): Promise<RepoFacts> {
  const [facts] = await gitferry.lookUp.facts([repo])
  return facts!
}

/** @throws PROJECT_NOT_FOUND, ROLE_MISSING */
async function seenProject(gitferry: ServedGitferry, plain: string, signal: AbortSignal): Promise<number> {
  const { id } = await gitferry.projects.get(await projectByUuid(gitferry, plain), { signal })
  return id
}

/** As the vendor’s pages have it; what gitferry itself does not take besides, it refuses. */
const repositoryName = text(1, 256)
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    'must begin with a letter, a digit or "_", and hold only those, "." and "-"',
  )
  .refine((name) => !/(?:\.git|\.atom|\.)$/i.test(name), 'must not end with ".git", ".atom" or "."')

/** The base64 of an https URL. */
const importUrl = text(10, 512).transform((given, context) => {
  const url = /^[A-Za-z0-9+/]+=*$/.test(given) ? Buffer.from(given, 'base64').toString() : ''
  if (/^https:\/\//.test(url)) return url
  context.issues.push({ code: 'custom', input: given, message: 'must be the base64 of an https URL' })
  return z.NEVER
})

const flag = optional(oneOfIntegersOrTexts(0, 1))

export const repositoryOperations = {
  /** Before what takes a UUID in the place of `repoid`. */
  ShowRepoId: operation({
    method: 'GET',
    paths: ['/v1/repositories/repoid'],
    query: z.object({ group_name: text(1, 2_000), repository_name: text(1, 2_000) }),
    async answer({ gitferry, query: { group_name, repository_name: name }, signal }) {
      const id = await gitferry.lookUp.repo({ group_name, name })
      await gitferry.repos.get(id, { signal })
      return id
    },
  }),

  CreateRepository: operation({
    method: 'POST',
    paths: ['/v1/repositories'],
    body: z.object({
      name: repositoryName,
      project_uuid: uuid,
      import_members: flag,
      visibility_level: optional(oneOfIntegersOrTexts(0, 20)),
      template_id: optional(integerOrText(1)),
      import_url: optional(importUrl),
      description: optional(text(0, 2_000)),
      enable_readme: flag,
      // taken and left: gitferry has no such texts, and no groups within projects
      gitignore_id: optional(z.string({ error: 'must be text' })),
      license_id: optional(integerOrText(0)),
      group_id: optional(integerOrText(0)),
      caller: optional(z.string({ error: 'must be text' })),
    }),
    changes: 'repos.create',
    fields: {
      id: 'template_id',
      project_id: 'project_uuid',
      visibility: 'visibility_level',
      url: 'import_url',
    },
    async answer({ body, gitferry }) {
      const asked = {
        name: body.name,
        project_id: await projectByUuid(gitferry, body.project_uuid),
        visibility: body.visibility_level ?? 0,
        import_members: body.import_members === 1,
        description: body.description?.trim() || null,
      }
      if (body.import_url !== undefined) {
        const { id } = await gitferry.repos.clone({ ...asked, url: body.import_url })
        return { repository_uuid: plainUuid(await gitferry.lookUp.uuidOfClone(id)) }
      }
      const { template_id } = body
      const { uuid } = await makeRepository(gitferry, {
        ...asked,
        template_id,
        hasReadme: body.enable_readme === 1,
      })
      return { repository_uuid: plainUuid(uuid) }
    },
  }),

  ShowRepositoryByUuid: operation({
    method: 'GET',
    paths: ['/v2/repositories/{repository_uuid}'],
    path: ofRepository,
    async answer({ gitferry, path: { repository_uuid }, signal, urls }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const repo = await gitferry.repos.get(id, { signal })
      return toRepoInfoV2(repo, await factsOf(gitferry, repo), urls)
    },
  }),

  GetRepositoryByProjectId: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}'],
    path: ofRepository,
    async answer({ gitferry, path: { repository_uuid }, signal, urls }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const repo = await gitferry.repos.get(id, { signal })
      return toRepoInfo(repo, await factsOf(gitferry, repo), urls)
    },
  }),

  DeleteRepository: operation({
    method: 'DELETE',
    paths: ['/v1/repositories/{repository_uuid}'],
    path: ofRepository,
    changes: 'repos.delete',
    async answer({ gitferry, path: { repository_uuid } }) {
      await gitferry.repos.delete(await repoByUuid(gitferry, repository_uuid))
      return true
    },
  }),

  ListUserAllRepositories: operation({
    method: 'GET',
    paths: ['/v2/projects/repositories'],
    query: listQuery,
    async answer({ gitferry, query, signal, urls }) {
      const { items, facts, total } = await listed(gitferry, query, undefined, signal)
      return { total, repositories: items.map((repo, index) => toRepoInfoV2(repo, facts[index]!, urls)) }
    },
  }),

  ShowAllRepositoryByTwoProjectId: operation({
    method: 'GET',
    paths: ['/v2/projects/{project_uuid}/repositories'],
    path: ofProject,
    query: listQuery,
    async answer({ gitferry, path: { project_uuid }, query, signal, urls }) {
      const projectId = await seenProject(gitferry, project_uuid, signal)
      const { items, facts, total } = await listed(gitferry, query, projectId, signal)
      return { total, repositories: items.map((repo, index) => toRepoInfoV2(repo, facts[index]!, urls)) }
    },
  }),

  GetAllRepositoryByProjectId: operation({
    method: 'GET',
    paths: ['/v1/projects/{project_uuid}/repositories'],
    path: ofProject,
    query: listQuery,
    async answer({ gitferry, path: { project_uuid }, query, signal, urls }) {
      const projectId = await seenProject(gitferry, project_uuid, signal)
      const { items, facts, total } = await listed(gitferry, query, projectId, signal)
      // the vendor's spelling
      return { total, repositorys: items.map((repo, index) => toRepoInfo(repo, facts[index]!, urls)) }
    },
  }),

  ShowRepositoryNameExist: operation({
    method: 'GET',
    paths: ['/v1/projects/{project_uuid}/repositories/validation/{repository_name}'],
    path: z.object({ project_uuid: uuid, repository_name: text(1, 256) }),
    async answer({ gitferry, path: { project_uuid, repository_name: name }, signal }) {
      const project = await gitferry.projects.get(await projectByUuid(gitferry, project_uuid), { signal })
      try {
        await gitferry.lookUp.repo({ group_name: project.name, name })
        return true
      } catch (error) {
        if (isGitferryError(error, 'REPO_NOT_FOUND')) return false
        throw error
      }
    },
  }),

  ListRepositoryStatus: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/status'],
    path: ofRepository,
    async answer({ gitferry, path: { repository_uuid }, signal }) {
      try {
        await gitferry.repos.get(await repoByUuid(gitferry, repository_uuid), { signal })
        return usable
      } catch (error) {
        const uuid = isGitferryError(error, 'REPO_NOT_FOUND') ? uuidOf(repository_uuid) : undefined
        const clone = uuid === undefined ? undefined : await gitferry.lookUp.cloneOf(uuid)
        if (clone === undefined || clone.status === 'success') throw error
        return isFinishedJob(clone.status) ? failed : beingMade
      }
    },
  }),

  ShowMaster: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/master'],
    path: ofRepository,
    async answer({ gitferry, path: { repository_uuid }, signal }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const { role } = await factsOf(gitferry, await gitferry.repos.get(id, { signal }))
      return role === roles.admin
    },
  }),
}
