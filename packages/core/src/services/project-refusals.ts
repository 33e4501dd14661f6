import type { Principal, ProjectRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { holdsScope } from '../wire/index.ts'
import { findCloneInput } from './clone-input.ts'
import { type Asking, readsEverything } from './repo-roles.ts'
import { seenRepos } from './seen-repos.ts'
import { unfinishedJobs } from './unfinished-jobs.ts'

/**
 * Refuses a name that differs from a project's in case at most: addresses that do would be taken for one another. To be
 * called in the transaction that stores it.
 * @throws PROJECT_EXISTS
 */
export async function refuseTakenProject(session: StorageSession, name: string): Promise<void> {
  // a storage compares text as it is, and projects are made far less often than they are looked at
  const projects = await session.collection('projects').find()
  const taken = projects.find((project) => project.name.toLowerCase() === name.toLowerCase())
  if (taken === undefined) return
  throw new GitferryError(
    'PROJECT_EXISTS',
    `name: "${name}" is taken by the project "${taken.name}" (id ${taken.id}); give another name.`,
    { details: { field: 'name', id: taken.id } },
  )
}

/**
 * A member makes projects because they become an admin there. Whoever is no stored user could not be one, and would leave
 * a project to nobody.
 * @throws ROLE_MISSING
 */
export function refuseNobodysProject({ scope: held = 'admin' }: Principal): void {
  if (holdsScope(held, 'write')) return
  throw new GitferryError(
    'ROLE_MISSING',
    `To make a project, a caller who is no user of gitferry needs the scope "write", and this one has "${held}".`,
    { details: { needed: 'write', held } },
  )
}

/** Repositories, or clones, that a sentence can name; `details` has the ids of all that the caller may see. */
const shownRepos = 5

/**
 * An admin of a project need not have a role in the repositories that others made in it: those are only counted.
 * @throws PROJECT_IN_USE naming repositories that it holds, or clones that are to stand in it
 */
export async function refuseProjectInUse(
  asking: Asking,
  { id, name }: Pick<ProjectRow, 'id' | 'name'>,
): Promise<void> {
  const total = await asking.storage.whole.collection('repos').count({ project_id: id })
  if (total === 0) return refuseAwaited(asking, { id, name })
  const where = { ...(await seenRepos(asking)), project_id: id }
  const seen = await asking.storage.collection('repos').find({ where })
  const shown = seen.map((repo) => `"${repo.name}" (id ${repo.id})`)
  throw new GitferryError(
    'PROJECT_IN_USE',
    `The project "${name}" holds ${listed(shown, total)}; delete ${total === 1 ? 'it' : 'them'} first.`,
    { details: { repo_ids: seen.map((repo) => repo.id), repos: total } },
  )
}

/** A clone that has no project any more at its end would have been for nothing. */
async function refuseAwaited(
  { principal, storage }: Asking,
  { id, name }: Pick<ProjectRow, 'id' | 'name'>,
): Promise<void> {
  const jobs = (await unfinishedJobs(storage.whole)).filter((job) => findCloneInput(job)?.project_id === id)
  if (jobs.length === 0) return
  const seen = readsEverything(principal) ? jobs : []
  const shown = seen.map((job) => `"${job.name}" (job ${job.id})`)
  const them = jobs.length === 1 ? 'it' : 'them'
  throw new GitferryError(
    'PROJECT_IN_USE',
    `The project "${name}" is to hold what is being cloned: ${listed(shown, jobs.length)}; wait for ${them}, or cancel ${them}, first.`,
    { details: { job_ids: seen.map((job) => job.id), jobs: jobs.length } },
  )
}

/** What may be shown, and how many more there are. */
function listed(shown: readonly string[], total: number): string {
  if (shown.length === 0) return total === 1 ? 'a repository' : `${total} repositories`
  const named = shown.slice(0, shownRepos)
  const more = total > named.length ? ` and ${total - named.length} more` : ''
  return `${named.join(', ')}${more}`
}
