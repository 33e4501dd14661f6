import type { RepoRow } from '../contract/index.ts'
import { auditId } from './audit-id.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'

/**
 * A change of something that belongs to a repository (a branch, a tag, a remote), with its audit entry, which names the
 * repository by its id. @throws INVALID_INPUT, REPO_NOT_FOUND, and what `work` throws
 */
export function changeRepo<Result>(
  { audit, principal, storage }: Pick<ServiceContext, 'audit' | 'principal' | 'storage'>,
  { repoId, ...kind }: Pick<AuditSubject, 'type' | 'object_type'> & { readonly repoId: number },
  work: (repo: RepoRow, draft: AuditDraft) => Promise<Result>,
): Promise<Result> {
  const subject = { ...kind, object_id: auditId(repoId) }
  return audit.attempt(principal, subject, async (draft) => work(await findRepo(storage, repoId), draft))
}
