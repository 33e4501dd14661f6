import type { GitferryApi } from '../../contract/api/index.ts'
import type { ApiSandbox } from './sandbox.ts'

/** What one case works on. */
export interface ApiSubject {
  /**
   * Started, with empty storage, a secret box, `sandbox.root` as its only repository root, `sandbox.notifier` as its
   * notifier, and rights to everything, also once tokens are asked for.
   */
  readonly api: GitferryApi
  readonly sandbox: ApiSandbox
  /** The same interface for whoever shows this token; one that is not good is refused here, or at the first call. */
  signedIn(token: string): Promise<GitferryApi>
  /** Stops the subject and removes the sandbox. Called once. */
  dispose(): Promise<void>
}

export type MakeApiSubject = () => Promise<ApiSubject>

/** Rule → the case that shows it. Each case gets a fresh subject. */
export type ApiRules = Readonly<Record<string, (subject: ApiSubject) => Promise<void>>>
