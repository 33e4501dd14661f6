import {
  type CallOptions,
  type PublicKeyRow,
  type RepoRow,
  roles,
  type VerifiedKey,
  type VerifyPrivateKey,
  verifyPrivateKey,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { fingerprintOfPrivateKey } from '../keys/private-key-fingerprint.ts'
import type { CallerStorage } from '../rights/caller-storage.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { roleIn, toRead } from './repo-roles.ts'

/**
 * What a private key opens: as the key of a member, as a deploy key, or because everybody may read; of a repository that
 * is not hosted, nothing. It tells who may do what, so the caller must be able to read there themselves. An encrypted key
 * proves nothing: which deploy keys there are, it tells only the admins, who may list them. Of the key the fingerprint
 * alone is kept.
 * @throws INVALID_INPUT, REPO_NOT_FOUND, ROLE_MISSING, SSH_KEY_INVALID, ABORTED
 */
export async function verifyKey(
  repoId: number,
  input: VerifyPrivateKey,
  context: ServiceContext,
  { signal }: CallOptions,
): Promise<VerifiedKey> {
  const { keyOpener: opener, storage } = context
  const subject = { type: 'test', object_type: 'public_key', repoId, needs: toRead } as const
  return changeRepo(context, subject, async (repo, draft) => {
    const { private_key } = parseInput(verifyPrivateKey, input)
    const { fingerprint, isProven } = await fingerprintOfPrivateKey(private_key, { opener, signal })
    const found = await storage.collection('public_keys').find({ where: { fingerprint } })
    const tellsAll = isProven || (await roleIn(repo, context)) === roles.admin
    const rows = tellsAll ? found : found.filter((row) => row.user_id !== null)
    const held = await Promise.all(rows.map((row) => roleOfKey(row, repo, storage.whole)))
    const highest = Math.max(0, ...held)
    const can_read = repo.is_hosted && (highest >= roles.viewer || repo.visibility === 20)
    const can_push = repo.is_hosted && highest >= roles.developer
    const verified = { fingerprint, can_read, can_push }
    draft.note({ details: verified })
    return verified
  })
}

/** What whoever comes with a key may do; 0: nothing. */
async function roleOfKey(row: PublicKeyRow, repo: RepoRow, storage: CallerStorage): Promise<number> {
  if (row.user_id === null) {
    if (row.repo_id !== repo.id) return 0
    return row.can_push ? roles.developer : roles.viewer
  }
  const user = await storage.collection('users').get(row.user_id)
  if (user === undefined) return 0
  return (await roleIn(repo, { principal: { user: user.name, scope: 'member' }, storage })) ?? 0
}
