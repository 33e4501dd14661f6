import { type RepoRow, roles } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

/**
 * Makes whoever created a repository its admin, and with `ofProject` the members of its project members of it, each with
 * the same role; to be called in the transaction that stores it. Answers how many there are.
 */
export async function admitMembers(
  session: StorageSession,
  { id: repo_id, project_id, creator_id, created_at }: RepoRow,
  { ofProject }: { readonly ofProject: boolean },
): Promise<number> {
  const members = session.collection('members')
  const found = ofProject && project_id !== null ? await members.find({ where: { project_id } }) : []
  const admitted = new Map(found.map(({ user_id, role }) => [user_id, role]))
  if (creator_id !== null) admitted.set(creator_id, roles.admin)
  for (const [user_id, role] of admitted) {
    await members.insert({ repo_id, project_id: null, user_id, role, created_at })
  }
  return admitted.size
}
