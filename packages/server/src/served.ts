import type { Gitferry } from '@gitferry/core'
import type { GitferryApi, Principal } from '@gitferry/core/contract'

/** What the application needs of the object that `createGitferry` answers, and nothing more. */
export interface ServedGitferry
  extends GitferryApi,
    Pick<
      Gitferry,
      | 'asksForCredentials'
      | 'authenticate'
      | 'authenticateSignature'
      | 'eventsOf'
      | 'lookUp'
      | 'queueSize'
      | 'readiness'
      | 'refused'
      | 'transport'
      | 'webhooks'
    > {
  /** The same methods on behalf of somebody: rights and the audit log follow the principal. */
  as(principal: Principal): ServedGitferry
}

/** A change that was asked for, as the audit log names it. */
export type RefusedChange = Parameters<ServedGitferry['refused']>[0]
