import type { TestRunner } from '../runner.ts'
import { abortRules } from './abort-rules.ts'
import { auditChainRules } from './audit-chain-rules.ts'
import { auditRules } from './audit-rules.ts'
import { branchCheckoutRules, branchDeleteRules } from './branch-change-rules.ts'
import { branchCreateRules } from './branch-create-rules.ts'
import { branchListRules } from './branch-list-rules.ts'
import { cancelRules } from './cancel-rules.ts'
import { channelRules } from './channel-rules.ts'
import { cloneRules } from './clone-rules.ts'
import { createRules } from './create-rules.ts'
import { credentialRules } from './credential-rules.ts'
import { divergenceRules } from './divergence-rules.ts'
import { engineAuditRules } from './engine-audit-rules.ts'
import { eventRules } from './event-rules.ts'
import { followRules } from './follow-rules.ts'
import { forkRules } from './fork-rules.ts'
import { guardRules } from './guard-rules.ts'
import { hostKeyRules } from './host-key-rules.ts'
import { idRules } from './id-rules.ts'
import { accessKeyRules, tokenRules } from './identity-rules.ts'
import { jobRules } from './job-rules.ts'
import { keptRules } from './kept-rules.ts'
import { listRules } from './list-rules.ts'
import { loopRules } from './loop-rules.ts'
import { memberRules } from './member-rules.ts'
import { mirrorRules } from './mirror-rules.ts'
import { pauseRules } from './pause-rules.ts'
import { planApplyRules } from './plan-apply-rules.ts'
import { planRules } from './plan-rules.ts'
import { projectRules } from './project-rules.ts'
import { publicKeyRules } from './public-key-rules.ts'
import { remoteRules } from './remote-rules.ts'
import { repoPathRules } from './repo-path-rules.ts'
import { repoRules } from './repo-rules.ts'
import { retryRules } from './retry-rules.ts'
import { runQueryRules } from './run-query-rules.ts'
import { runRules } from './run-rules.ts'
import { runningRules } from './running-rules.ts'
import { scheduleRules } from './schedule-rules.ts'
import { sshKeyRules } from './ssh-key-rules.ts'
import type { ApiRules, ApiSubject, MakeApiSubject } from './subject.ts'
import { systemRules } from './system-rules.ts'
import { tagRules } from './tag-rules.ts'
import { taskRules } from './task-rules.ts'
import { userRules } from './user-rules.ts'

/** The rules of the whole interface, by what they are about. */
export const apiRules = {
  repositories: repoRules,
  'paths of repositories': repoPathRules,
  clones: cloneRules,
  'repositories that are created': createRules,
  forks: forkRules,
  projects: projectRules,
  members: memberRules,
  'public keys': publicKeyRules,
  jobs: jobRules,
  lists: listRules,
  loops: loopRules,
  ids: idRules,
  'listing branches': branchListRules,
  'creating branches': branchCreateRules,
  'checking out branches': branchCheckoutRules,
  'deleting branches': branchDeleteRules,
  tags: tagRules,
  remotes: remoteRules,
  'sync tasks': taskRules,
  schedules: scheduleRules,
  'paused tasks': pauseRules,
  plans: planRules,
  runs: runRules,
  'applying plans': planApplyRules,
  mirrors: mirrorRules,
  guards: guardRules,
  'sides that diverge': divergenceRules,
  'what is kept': keptRules,
  'runs under way': runningRules,
  'canceling runs': cancelRules,
  'retrying runs': retryRules,
  'following runs': followRules,
  'queries for runs': runQueryRules,
  'SSH keys': sshKeyRules,
  credentials: credentialRules,
  'host keys': hostKeyRules,
  channels: channelRules,
  users: userRules,
  tokens: tokenRules,
  'access keys': accessKeyRules,
  events: eventRules,
  'the audit log': { ...auditRules, ...engineAuditRules },
  'the chain of the audit log': auditChainRules,
  system: systemRules,
  'giving up': abortRules,
} as const satisfies Record<string, ApiRules>

/**
 * Describes what anything that calls itself a `GitferryApi` must do: the in-process object, and a client with a
 * server behind it. Each case gets a fresh subject, on real repositories; what git holds is checked by git itself.
 *
 * @example
 * describeApi({ describe, it, beforeEach, afterEach }, async () => {
 *   const sandbox = createApiSandbox()
 *   const { dataDir, notifier, root } = sandbox
 *   const api = createGitferry({ storage, dataDir, repoRoots: [root], notifiers: [notifier], secrets })
 *   await api.start()
 *   const signedIn = async (token: string) => api.as(await api.authenticate(token))
 *   return { api, sandbox, signedIn, dispose: () => api.stop().finally(() => sandbox.remove()) }
 * })
 */
export function describeApi(runner: TestRunner, makeSubject: MakeApiSubject): void {
  const { describe, it, beforeEach, afterEach } = runner
  for (const [about, rules] of Object.entries<ApiRules>(apiRules)) {
    describe(about, () => {
      let subject: ApiSubject | undefined
      beforeEach(async () => {
        subject = await makeSubject()
      })
      afterEach(async () => {
        await subject?.dispose()
        subject = undefined
      })
      for (const [rule, shows] of Object.entries(rules)) it(rule, () => shows(subject!))
    })
  }
}
