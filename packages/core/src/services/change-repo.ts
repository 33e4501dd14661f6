import type { RepoRow } from '../contract/index.ts'
import { auditId } from './audit-id.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'
import { type Needed, repoFor } from './repo-roles.ts'

/**
 * A change of something that belongs to a repository (a branch, a tag, a remote), with its audit entry, which names the
 * repository by its id. `needs`: the role that the caller must have there; default: whichever.
 * @throws INVALID_INPUT, REPO_NOT_FOUND, ROLE_MISSING, and what `work` throws
 */
export function changeRepo<Result>(
  { audit, principal, storage }: Pick<ServiceContext, 'audit' | 'principal' | 'storage'>,
  {
    repoId,
    needs,
    ...kind
  }: Pick<AuditSubject, 'type' | 'object_type'> & { readonly repoId: number; readonly needs?: Needed },
  work: (repo: RepoRow, draft: AuditDraft) => Promise<Result>,
): Promise<Result> {
  const subject = { ...kind, object_id: auditId(repoId) }
  return audit.attempt(principal, subject, async (draft) => {
    const repo = needs
      ? await repoFor({ principal, storage }, repoId, needs)
      : await findRepo(storage, repoId)
    return work(repo, draft)
  })
}
