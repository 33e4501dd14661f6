import { z } from 'zod'
import { integerOrText, oneOfIntegers, optional, text, uuid } from '../fields.ts'
import { makeProjectAndRepository, makeRepository } from '../make-repository.ts'
import { operation } from '../operation.ts'
import { projectByUuid } from '../repositories.ts'
import { plainUuid } from '../shapes/identifiers.ts'

/** Letters, digits, `-` and `_`, a letter first: of projects, and of the repositories that are made with them. */
const name = (min: number, max: number) =>
  text(min, max).regex(
    /^[A-Za-z][A-Za-z0-9_-]*$/,
    'must begin with a letter and hold only letters, digits, "-" and "_"',
  )

const kind = z.enum(['scrum', 'normal'], { error: 'must be scrum or normal' })

const repository = {
  repo_name: name(2, 128),
  import_members: optional(oneOfIntegers(0, 1)),
  visibility_level: optional(oneOfIntegers(0, 10, 20)),
  // kept by nobody
  external_project_info: optional(z.looseObject({}, { error: 'must be an object' })),
}

const withProject = { project_name: name(1, 100), type: optional(kind) }

const templateId = integerOrText(1)

const fields = {
  id: 'template_id',
  name: 'repo_name',
  project_id: 'project_uuid',
  visibility: 'visibility_level',
  kind: 'type',
}

export const projectOperations = {
  CreateProjectAndforkRepositories: operation({
    method: 'POST',
    paths: ['/v2/projects/repositories/fork'],
    body: z.object({ ...withProject, ...repository, template_id: templateId }),
    changes: 'repos.fork',
    fields,
    async answer({ body, gitferry }) {
      // before a project is made for it
      await gitferry.repos.get(body.template_id)
      const { project, repo } = await makeProjectAndRepository(
        gitferry,
        { name: body.project_name, kind: body.type ?? 'scrum' },
        { ...wanted(body), template_id: body.template_id },
      )
      return { projectUuid: plainUuid(project.uuid), repositoryUuid: plainUuid(repo.uuid) }
    },
  }),

  /** As the published example of the operation above has its address: into a project that is there. */
  ForkIntoProject: operation({
    method: 'POST',
    paths: ['/v2/projects/{project_uuid}/repositories/fork'],
    path: z.object({ project_uuid: uuid }),
    body: z.object({ project_name: optional(z.string()), ...repository, template_id: templateId }),
    changes: 'repos.fork',
    fields,
    async answer({ body, gitferry, path: { project_uuid } }) {
      const project_id = await projectByUuid(gitferry, project_uuid)
      const asked = { ...wanted(body), project_id, template_id: body.template_id }
      const { uuid: repositoryUuid } = await makeRepository(gitferry, asked)
      return { projectUuid: project_uuid, repositoryUuid: plainUuid(repositoryUuid) }
    },
  }),

  CreateProjectAndRepositories: operation({
    method: 'POST',
    paths: ['/v2/projects/repositories'],
    body: z.object({ ...withProject, ...repository }),
    changes: 'repos.create',
    fields,
    async answer({ body, gitferry }) {
      const { project, repo } = await makeProjectAndRepository(
        gitferry,
        { name: body.project_name, kind: body.type ?? 'scrum' },
        wanted(body),
      )
      return { projectUuid: plainUuid(project.uuid), repositoryUuid: plainUuid(repo.uuid) }
    },
  }),
}

const wanted = (body: z.output<z.ZodObject<typeof repository>>) => ({
  name: body.repo_name,
  visibility: body.visibility_level ?? 0,
  import_members: body.import_members === 1,
})
