import type { GitTransport } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import type { OfferedKey } from './offered-key.ts'

/** What the SSH server needs of the object that `createGitferry` answers, and nothing more. */
export interface ServedOverSsh {
  /** Nobody is let in before it is, nor after. */
  readonly ready: boolean
  /**
   * Whom a public key stands for: a user, or a deploy key at each repository that it opens. `isProven` (default true):
   * whether the client has signed with it, so that its use is to be recorded.
   */
  authenticatePublicKey(
    key: OfferedKey,
    options?: { readonly isProven?: boolean },
  ): Promise<{ readonly principals: readonly Principal[] } | undefined>
  as(principal: Principal): { readonly transport: GitTransport }
}
