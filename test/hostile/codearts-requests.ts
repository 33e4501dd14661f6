import { type Elsewhere, type Fed, is, none } from './places.ts'
import type { ApiRequest } from './request.ts'
import type { Stage } from './stage.ts'

/** The repositories by the ids that CodeArts Repo gives them. */
export interface CodeArtsIds {
  readonly id: (of: 'fresh' | 'hosted' | 'contents') => number
  readonly hostedUuid: string
  readonly projectUuid: string
}

/** One operation: a request that would be taken if it were not for the one place, and what stands there. */
export interface CodeArtsPlaces {
  readonly request: (ids: CodeArtsIds, place: string) => ApiRequest
  /** Every place where any text may be sent, but ids and numbers (`isNumbered`). */
  readonly places: Readonly<Record<string, Fed | Elsewhere>>
  /** After a success: how it is as before again. */
  readonly undo?: (stage: Stage, request: ApiRequest) => unknown
}

/** Ids, pages and flags: whatever is no number, or no UUID, is refused. */
export const isNumbered = (place: string): boolean =>
  /(?:uuid|[_.]id|page|page_index|page_size|limit|offset|visibility_level|import_members|enable_readme)$/.test(
    place,
  ) && !/last_commit_id|gitignore_id/.test(place)

export const left = none('taken and left')
export const handedOn = none('handed on as it is: the method of gitferry’s own API is fed with it')
export const taken = { differs: { 'file_path-021': ['taken', 'empty is as if it were not sent'] } } as const
export const ofHosted = ({ id }: CodeArtsIds) => ({ path: { repository_id: id('hosted') } })
export const byUuid = ({ hostedUuid }: CodeArtsIds) => ({ path: { repository_uuid: hostedUuid } })
export const ofContents = ({ id }: CodeArtsIds) => ({ path: { repository_id: id('contents') } })
export const newRepository = ({ projectUuid }: CodeArtsIds) => ({
  path: { project_uuid: projectUuid },
  body: {
    project_name: 'made',
    repo_name: 'made',
    template_id: '1',
    name: 'made',
    project_uuid: projectUuid,
  },
})
export const inProject = ({ projectUuid }: CodeArtsIds) => ({ path: { project_uuid: projectUuid } })
export const makes = { 'body.project_name': is('projectName'), 'body.repo_name': is('projectName') }
export const search = { 'query.search': is('ignored') }

export const repoOf = ({ gitferry }: Stage, { path }: ApiRequest) =>
  gitferry.repos.get(Number(path?.repository_id ?? path?.repo_id))
export const dropRef =
  (kind: 'heads' | 'tags', field: string) => async (stage: Stage, request: ApiRequest) => {
    const { path } = await repoOf(stage, request)
    stage.sandbox.git(path, 'update-ref', '-d', `refs/${kind}/${request.body?.[field]}`)
  }
export const dropRepos = async ({ gitferry, ids }: Stage) => {
  for (const repo of (await gitferry.repos.list({ project_id: ids.project })).items ?? []) {
    await gitferry.repos.delete(repo.id, { drop_kept: true })
  }
}
