import type { ProtectedRefRow, RepoRow, Role } from '../contract/index.ts'
import { roles } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { headRefusal, type PushRule, pushRules, refusalOf } from '../protection/index.ts'
import type { ServiceContext } from './context.ts'
import { roleIn } from './repo-roles.ts'

/** What somebody wants to do to a ref. */
export interface RefChange {
  /** Full name. */
  readonly ref: string
  /** `force`: commits that it has would be left out. */
  readonly does: 'create' | 'update' | 'force' | 'delete'
}

/**
 * The protected refs of a repository. Two worktrees of one repository, registered apart, share their refs, and so what
 * protects them. `storage`: the whole one, whatever the caller may see.
 */
export async function protectedRefsAt(
  { common_dir }: Pick<RepoRow, 'common_dir'>,
  storage: StorageSession,
): Promise<ProtectedRefRow[]> {
  const rows = await storage.collection('repos').find({ where: { common_dir } })
  const where = { repo_id: { in: rows.map(({ id }) => id) } }
  return storage.collection('protected_refs').find({ where })
}

/** What they mean for somebody with this role. */
export const pushRulesAt = async (
  repo: Pick<RepoRow, 'common_dir'>,
  role: Role,
  storage: StorageSession,
): Promise<PushRule[]> => pushRules(role, await protectedRefsAt(repo, storage))

/** What they mean for the caller. */
export async function callersRules(
  repo: RepoRow,
  asking: Pick<ServiceContext, 'principal' | 'storage'>,
): Promise<PushRule[]> {
  const role = (await roleIn(repo, asking)) ?? roles.viewer
  return pushRulesAt(repo, role, asking.storage.whole)
}

/** Stands for a value of which nothing depends. */
const some = '0'.repeat(40)

/** Why a change is refused, in a sentence for people; `undefined`: it is not. */
export const refusalOfChange = ({ ref, does }: RefChange, rules: readonly PushRule[]): string | undefined =>
  refusalOf(
    {
      ref,
      old: does === 'create' ? null : some,
      new: does === 'delete' ? null : some,
      isForced: does === 'force',
    },
    rules,
  )

/** @throws REF_PROTECTED */
export function refuseProtected(change: RefChange, rules: readonly PushRule[]): void {
  const why = refusalOfChange(change, rules)
  if (why !== undefined) throw new GitferryError('REF_PROTECTED', why, { details: { ref: change.ref } })
}

/** `head`: the ref that HEAD of a bare repository is to leave; full name, `null`: none. @throws REF_PROTECTED */
export function refuseHeadMove(head: string | null, rules: readonly PushRule[]): void {
  const why = headRefusal(head, rules)
  if (why !== undefined) throw new GitferryError('REF_PROTECTED', why, { details: { ref: head } })
}
