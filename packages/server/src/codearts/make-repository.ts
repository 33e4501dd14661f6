import type { Project, Repo, Visibility } from '@gitferry/core/contract'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import type { ServedGitferry } from '../served.ts'
import { sentMessage } from './sent-fields.ts'

export interface NewRepository {
  readonly name: string
  readonly project_id: number
  readonly visibility: Visibility
  readonly import_members: boolean
  readonly description?: string | null
  /** The repository that it is to be a copy of. */
  readonly template_id?: number | undefined
  /** Whether it begins with a README.md. A copy has what the original has. */
  readonly hasReadme?: boolean | undefined
}

/** Makes an empty repository in a project, or a full copy of another. Throws what `repos.create` and `repos.fork` do. */
export async function makeRepository(
  gitferry: ServedGitferry,
  { hasReadme = false, template_id, ...input }: NewRepository,
): Promise<Repo> {
  if (template_id !== undefined) return gitferry.repos.fork(template_id, input)
  const repo = await gitferry.repos.create(input)
  if (hasReadme) await addReadme(gitferry, repo)
  return repo
}

async function addReadme(gitferry: ServedGitferry, { current_branch, id, name }: Repo): Promise<void> {
  await gitferry.content.createCommit(id, {
    branch: current_branch ?? 'main',
    message: 'Add README.md',
    actions: [{ action: 'create', path: 'README.md', content: `# ${name}\n` }],
  })
}

const withMessage = ({ cause, code, details }: GitferryError, message: string): GitferryError =>
  new GitferryError(code, message, { details, cause })

export type NewProject = Pick<Project, 'name' | 'kind'>

/**
 * Makes a project and a repository in it. Without the repository there is no project either. Throws what `projects.create`
 * and `makeRepository` do.
 */
export async function makeProjectAndRepository(
  gitferry: ServedGitferry,
  project: NewProject,
  repository: Omit<NewRepository, 'project_id'>,
): Promise<{ readonly project: Project; readonly repo: Repo }> {
  const made = await gitferry.projects.create(project).catch((thrown: unknown) => {
    // each of the two has a name
    throw isGitferryError(thrown)
      ? withMessage(thrown, sentMessage(thrown, { name: 'project_name' }))
      : thrown
  })
  try {
    return { project: made, repo: await makeRepository(gitferry, { ...repository, project_id: made.id }) }
  } catch (error) {
    // what went wrong first is told; a project that cannot be taken back is empty, and can be deleted by its name
    await gitferry.projects.delete(made.id).catch(() => {})
    throw error
  }
}
