import { type CallOptions, type CreateRepo, createRepo, type Repo } from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { makeRepository } from '../git/make-repository.ts'
import type { ServiceContext } from './context.ts'
import { hostRepo } from './host-repo.ts'
import { shownTo } from './shown-repo.ts'
import { toRepo } from './to-repo.ts'

/**
 * Makes an empty bare repository that gitferry hosts, and its record; nothing is left of one that failed.
 * @throws INVALID_INPUT, REF_INVALID, and what `hostRepo` throws
 */
export async function createHosted(
  input: CreateRepo,
  context: ServiceContext,
  { signal }: CallOptions = {},
): Promise<Repo> {
  const { audit, events, principal, runner } = context
  const subject = { type: 'create', object_type: 'repo', object_id: null } as const
  const row = await audit.attempt(principal, subject, async (draft) => {
    const request = parseInput(createRepo, input)
    const { default_branch: branch = 'main', object_format: objectFormat = 'sha1' } = request
    return hostRepo(request, context, {
      draft,
      make: (place) => makeRepository(place, { objectFormat, branch }, { runner, signal }),
      signal,
    })
  })
  const repo = await toRepo(row, context, [])
  events.emit('repo.registered', { repo })
  return shownTo(principal, repo)
}
