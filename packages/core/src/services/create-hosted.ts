import { type CallOptions, type CreateRepo, createRepo, type Repo } from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { type ClonePlace, discard, hostedPlace, settle } from '../git/clone-place.ts'
import { makeRepository } from '../git/make-repository.ts'
import type { ServiceContext } from './context.ts'
import { isRecorded } from './is-recorded.ts'
import { hostedRepo, storeRepo } from './new-repo.ts'
import { refuseTaken } from './repo-refusals.ts'
import { toRepo } from './to-repo.ts'

/** The answer to a commit may get lost: then it has its record. What cannot be removed now is, at the next start. */
async function removeUnrecorded(place: ClonePlace, { logger, storage }: ServiceContext): Promise<void> {
  try {
    if (!(await isRecorded(storage, place))) await discard(place)
  } catch (error) {
    logger.warn('what was left of a new repository could not be removed', { uuid: place.uuid, error })
  }
}

/**
 * Makes an empty bare repository that gitferry hosts, and its record; nothing is left of one that failed.
 * @throws INVALID_INPUT, REF_INVALID, REPO_EXISTS, STORE_FAILED, DISK_FULL, GIT_*, ABORTED
 */
export async function createHosted(
  input: CreateRepo,
  context: ServiceContext,
  { signal }: CallOptions = {},
): Promise<Repo> {
  const { audit, clock, events, principal, runner, settings, storage } = context
  const subject = { type: 'create', object_type: 'repo', object_id: null } as const
  const row = await audit.attempt(principal, subject, async (draft) => {
    const {
      name,
      default_branch: branch = 'main',
      object_format: objectFormat = 'sha1',
    } = parseInput(createRepo, input)
    draft.note({ details: { name } })
    await refuseTaken(storage, { name })
    const uuid = clock.newId()
    const place = hostedPlace(settings.dataDir, uuid)
    try {
      await makeRepository(place, { objectFormat, branch }, { runner, signal })
      await settle(place)
      const created = await hostedRepo({ name, path: place.path, uuid }, context, { signal })
      return await storage.transaction(async (session) => {
        const { repo } = await storeRepo(session, created, context)
        draft.note({ object_id: repo.id, details: { path: repo.path } })
        await draft.write(session)
        return repo
      })
    } catch (error) {
      await removeUnrecorded(place, context)
      throw error
    }
  })
  const repo = await toRepo(row, context, [])
  events.emit('repo.registered', { repo })
  return repo
}
