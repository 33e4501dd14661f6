import type { GitRequest, OpenedRepository } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import type { ServedOverSsh } from './served-over-ssh.ts'

/**
 * Opens a repository for the one of several principals that it is open to: a deploy key may stand at many repositories,
 * with rights of its own at each.
 * @throws what `transport.open` throws; REPO_NOT_FOUND when none of them can read it
 */
export async function openRepository(
  gitferry: Pick<ServedOverSsh, 'as'>,
  principals: readonly Principal[],
  { signal, ...request }: GitRequest & { readonly signal: AbortSignal },
): Promise<{ readonly opened: OpenedRepository; readonly principal: Principal }> {
  for (const principal of principals) {
    try {
      return { opened: await gitferry.as(principal).transport.open(request, { signal }), principal }
    } catch (error) {
      if (!isGitferryError(error, 'REPO_NOT_FOUND')) throw error
    }
  }
  throw new GitferryError(
    'REPO_NOT_FOUND',
    `There is no repository ${request.group}/${request.name} here that this key may read. Check the address, and which key is used (ssh -v).`,
  )
}
