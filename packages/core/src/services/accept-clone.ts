import { type CallOptions, type CloneRepo, type Job, localGroup } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { announceLogins, namesOf } from './announce-logins.ts'
import type { CloneInput } from './clone-input.ts'
import { type CloneRequest, readCloneRequest, refuseClone } from './clone-request.ts'
import type { ServiceContext } from './context.ts'
import type { JobQueue } from './job-queue.ts'
import { type KeptLogin, keepLogin } from './keep-login.ts'
import { projectFor, toWrite } from './repo-roles.ts'
import { toJob } from './to-job.ts'

export type AcceptCloneContext = ServiceContext & { readonly jobQueue: JobQueue }

/**
 * Takes a clone on: what can be refused is refused now, a login in the URL becomes a credential, and a job is stored
 * before anybody is answered.
 * @throws what `readCloneRequest` and `refuseClone` throw; SECRETS_UNAVAILABLE, PROJECT_NOT_FOUND, ROLE_MISSING
 */
export async function acceptClone(
  input: CloneRepo,
  context: AcceptCloneContext,
  { signal }: CallOptions = {},
): Promise<Job> {
  const { audit, clock, jobQueue, principal, settings, storage } = context
  const subject = { type: 'create', object_type: 'job', object_id: null } as const
  const { job, logins } = await audit.attempt(principal, subject, async (draft) => {
    const request = await readCloneRequest(input, settings)
    const { name, url, login, path, branch, ssh_key_id, timeout_ms } = request
    draft.note({ details: { kind: 'clone', name, url, ...(path !== null && { path }) } })
    throwIfAborted(signal)
    const standing = await standingOf(request, context)
    return storage.transaction(async (session) => {
      await refuseClone(session, { ...request, ...standing })
      const owner = { repo: name, remote: 'origin', remote_id: null, credential_id: null }
      const kept = login && (await keepLogin(session, owner, login, context))
      const taken_credential_id = kept?.change === 'created' ? kept.credential.id : null
      const credential_id = kept?.credential.id ?? request.credential_id
      const job = await session.collection('jobs').insert({
        kind: 'clone',
        status: 'pending',
        name,
        url,
        input: {
          uuid: clock.newId(),
          path,
          branch,
          ssh_key_id,
          credential_id,
          taken_credential_id,
          timeout_ms,
          ...standing,
        } satisfies CloneInput,
        operator: principal.user,
        repo_id: null,
        attempt: 1,
        stage: null,
        percent: null,
        error_code: null,
        error_message: null,
        queued_at: new Date(clock.now()).toISOString(),
        started_at: null,
        finished_at: null,
        duration_ms: null,
      })
      const logins: KeptLogin[] = kept && kept.change !== 'none' ? [kept] : []
      draft.note({ object_id: job.id })
      if (logins.length > 0) draft.note({ details: { credentials: namesOf(logins) } })
      await draft.write(session)
      return { job, logins }
    })
  })
  await announceLogins(logins, context)
  await jobQueue.handOver(job, { isNew: true })
  return toJob(job)
}

/** Where the repository is to stand. @throws PROJECT_NOT_FOUND, ROLE_MISSING, INVALID_INPUT */
async function standingOf(request: CloneRequest, context: ServiceContext) {
  const { description, import_members, project_id, visibility } = request
  const project =
    project_id === null ? undefined : await projectFor(context, project_id, toWrite, 'project_id')
  if (import_members && !project) {
    throw new GitferryError('INVALID_INPUT', 'import_members: must be false where no project is named.', {
      details: { field: 'import_members' },
    })
  }
  return { group_name: project?.name ?? localGroup, project_id, description, visibility, import_members }
}
