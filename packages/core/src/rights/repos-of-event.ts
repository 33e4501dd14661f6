import type { GitferryEvent, GitferryEventName, GitferryEvents } from '../contract/index.ts'

type RepoIds = readonly (number | null)[]

interface OfRepo {
  readonly repo_id: number | null
}

interface OfBoth extends OfRepo {
  readonly target_repo_id: number | null
}

const none = (): RepoIds => []
const repo = ({ repo_id }: OfRepo): RepoIds => [repo_id]
const both = ({ repo_id, target_repo_id }: OfBoth): RepoIds => [repo_id, target_repo_id]

const finders: { readonly [Name in GitferryEventName]: (data: GitferryEvents[Name]) => RepoIds } = {
  'repo.registered': (data) => [data.repo.id],
  'repo.updated': (data) => [data.repo.id],
  'repo.deleted': (data) => [data.id],
  'repo.pushed': repo,
  'branch.created': repo,
  'branch.updated': repo,
  'branch.deleted': repo,
  'branch.checked_out': repo,
  'task.created': ({ task }) => both(task),
  'task.updated': ({ task }) => both(task),
  'task.deleted': both,
  'task.paused': both,
  'task.recovered': both,
  'plan.created': ({ plan }) => both(plan),
  'job.queued': ({ job }) => repo(job),
  'job.started': ({ job }) => repo(job),
  // the repository is there once the job has ended
  'job.progress': none,
  'job.finished': ({ job }) => repo(job),
  'remote.added': repo,
  'remote.updated': repo,
  'remote.deleted': repo,
  'tag.created': repo,
  'tag.deleted': repo,
  'key.created': none,
  'key.updated': none,
  'key.deleted': none,
  'credential.created': none,
  'credential.deleted': none,
  'channel.created': none,
  'channel.updated': none,
  'channel.deleted': none,
  'delivery.queued': none,
  'delivery.finished': none,
  'webhook.received': both,
  'webhook.refused': none,
  'run.queued': ({ run }) => both(run),
  'run.started': ({ run }) => both(run),
  'run.progress': both,
  'run.planned': both,
  'run.ref': both,
  'run.log': both,
  'run.finished': ({ run }) => both(run),
}

/** Whether an event is of these repositories and of no other. One that names none is of no repository. Pure. */
export function isEventOf({ name, data }: GitferryEvent, repoIds: readonly number[]): boolean {
  const ids = (finders[name] as (data: GitferryEvent['data']) => RepoIds)(data)
  return ids.length > 0 && ids.every((id) => id !== null && repoIds.includes(id))
}
