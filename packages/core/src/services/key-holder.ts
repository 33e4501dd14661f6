import { type Principal, type PublicKeyRow, roles } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** A public key with which somebody signs in, as SSH sends it. */
export interface OfferedPublicKey {
  /** It begins with the type (RFC 4253, section 6.6). */
  readonly blob: Uint8Array
}

export interface PublicKeyOptions {
  /**
   * Whether the caller has shown to have the private half, by a signature. Of a key that is only asked about, the use is
   * not recorded: anybody may have the public half. Default true.
   */
  readonly isProven?: boolean
}

/** Whom a public key stands for. */
export interface KeyHolder {
  /** A user; or a deploy key, once for each repository that it opens. Never empty. */
  readonly principals: readonly Principal[]
}

/** In whose name whoever comes with a stored public key acts; `undefined`: the user is gone. */
export async function principalOfKey(
  { id, user_id, repo_id, can_push }: PublicKeyRow,
  storage: StorageSession,
): Promise<Principal | undefined> {
  const credential = { type: 'public_key', id } as const
  if (repo_id !== null) {
    const role = can_push ? roles.developer : roles.viewer
    return { user: `deploy-key:${id}`, scope: 'member', repoIds: [repo_id], role, credential }
  }
  const user = user_id === null ? undefined : await storage.collection('users').get(user_id)
  return user && { user: user.name, scope: 'member', repoIds: null, credential }
}
