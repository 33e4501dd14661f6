import {
  type CallOptions,
  type ForkRepo,
  forkRepo,
  type Repo,
  type RepoRow,
  roles,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { ServiceContext } from './context.ts'
import { copyRepository } from './copy-repository.ts'
import { hostRepo } from './host-repo.ts'
import { repoFor, roleIn, toRead } from './repo-roles.ts'
import { shownTo } from './shown-repo.ts'
import { toRepo } from './to-repo.ts'

/**
 * Copies a repository into a new one that gitferry hosts. Its protection, its keys and its members stay behind: who may
 * do what there is for its new owner to say; but more people than may read the original only by an admin of that.
 * @throws INVALID_INPUT, REPO_NOT_FOUND, ROLE_MISSING, and what `copyRepository` and `hostRepo` throw
 */
export async function fork(
  id: number,
  input: ForkRepo,
  context: ServiceContext,
  { signal }: CallOptions = {},
): Promise<Repo> {
  const { audit, events, principal } = context
  const subject = { type: 'create', object_type: 'repo', object_id: null } as const
  const row = await audit.attempt(principal, subject, async (draft) => {
    const source = await repoFor(context, id, toRead)
    const { name = source.name, ...request } = parseInput(forkRepo, input)
    draft.note({ details: { forked_from_id: source.id } })
    await refuseWiderVisibility(source, request, context)
    return hostRepo({ ...request, name, forked_from_id: source.id }, context, {
      draft,
      make: (place) => copyRepository(source, place, context, { signal }),
      signal,
    })
  })
  context.afterPush.tidy(row)
  const repo = await toRepo(row, context, [])
  events.emit('repo.registered', { repo })
  return shownTo(principal, repo)
}

/** Whoever may only read a repository does not publish what is in it. @throws INVALID_INPUT */
async function refuseWiderVisibility(
  source: RepoRow,
  { visibility = 0 }: Pick<ForkRepo, 'visibility'>,
  context: ServiceContext,
): Promise<void> {
  if (visibility <= source.visibility || (await roleIn(source, context)) === roles.admin) return
  throw new GitferryError(
    'INVALID_INPUT',
    `visibility: must be at most ${source.visibility}, that of the original, unless the caller is an admin of it.`,
    { details: { field: 'visibility', maximum: source.visibility } },
  )
}
