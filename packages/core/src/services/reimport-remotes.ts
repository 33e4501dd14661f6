import { type RemoteRow, type RepoRow, system } from '../contract/index.ts'
import { checkStructure } from '../git/local/structure.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'
import { announceLogins, namesOf } from './announce-logins.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'
import { importRemotes } from './remote-import.ts'
import { rootsOf } from './roots-of.ts'
import { storeRemotes } from './store-remotes.ts'

export type ImportContext = Pick<
  ServiceContext,
  'storage' | 'clock' | 'runner' | 'sealed' | 'audit' | 'events'
> & { readonly settings: RemoteUrlPolicy }

/**
 * Reads the configuration of a registered repository once more, and makes the records of its remotes what stands
 * there. Credentials that this stores, and remotes that lose theirs or their key because they lead elsewhere now, are
 * gitferry's own change, and have an audit entry; whether something else uses a credential is asked of everything,
 * whatever the caller sees.
 * @throws REPO_NOT_FOUND when it was deleted meanwhile, NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS, GIT_*, ABORTED
 */
export async function reimportRemotes(
  repo: RepoRow,
  context: ImportContext,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RemoteRow[]> {
  const { audit, runner, sealed, settings } = context
  const storage = context.storage.whole
  await checkStructure(repo, rootsOf(repo, settings))
  const imported = await importRemotes(repo, {
    runner,
    policy: settings,
    takeLogins: sealed.available,
    signal,
  })
  const { remotes, logins } = await storage.transaction(async (session) => {
    const stored = await storeRemotes(session, await findRepo(session, repo.id), imported, context)
    const { logins, unbound } = stored
    const details = {
      ...(logins.length > 0 && { credentials: namesOf(logins) }),
      ...(unbound.length > 0 && { unbound: [...unbound] }),
    }
    if (Object.keys(details).length > 0) {
      const subject = { type: 'update', object_type: 'repo', object_id: repo.id } as const
      await audit.record(session, system, subject, details)
    }
    return stored
  })
  await announceLogins(logins, { ...context, storage })
  return remotes
}
