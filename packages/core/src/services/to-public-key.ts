import type { DeployKey, PublicKey, PublicKeyRow } from '../contract/index.ts'

/** A user’s key as it is shown; a deploy key is none. */
export function toPublicKey(row: PublicKeyRow): PublicKey[] {
  const { version: _, repo_id: __, can_push: ___, application: ____, user_id, ...shown } = row
  return user_id === null ? [] : [{ ...shown, user_id }]
}

/** A deploy key as it is shown; a user’s key is none. */
export function toDeployKey(row: PublicKeyRow): DeployKey[] {
  const { version: _, user_id: __, repo_id, ...shown } = row
  return repo_id === null ? [] : [{ ...shown, repo_id }]
}
