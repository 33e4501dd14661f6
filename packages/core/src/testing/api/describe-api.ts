import type { TestRunner } from '../runner.ts'
import { abortRules } from './abort-rules.ts'
import { auditRules } from './audit-rules.ts'
import { branchCheckoutRules, branchDeleteRules } from './branch-change-rules.ts'
import { branchCreateRules } from './branch-create-rules.ts'
import { branchListRules } from './branch-list-rules.ts'
import { divergenceRules } from './divergence-rules.ts'
import { followRules } from './follow-rules.ts'
import { idRules } from './id-rules.ts'
import { listRules } from './list-rules.ts'
import { planRules } from './plan-rules.ts'
import { repoPathRules } from './repo-path-rules.ts'
import { repoRules } from './repo-rules.ts'
import { runQueryRules } from './run-query-rules.ts'
import { runRules } from './run-rules.ts'
import { runningRules } from './running-rules.ts'
import { scheduleRules } from './schedule-rules.ts'
import type { ApiRules, ApiSubject, MakeApiSubject } from './subject.ts'
import { systemRules } from './system-rules.ts'
import { taskRules } from './task-rules.ts'

/** The rules of the whole interface, by what they are about. */
export const apiRules = {
  repositories: repoRules,
  'paths of repositories': repoPathRules,
  lists: listRules,
  ids: idRules,
  'listing branches': branchListRules,
  'creating branches': branchCreateRules,
  'checking out branches': branchCheckoutRules,
  'deleting branches': branchDeleteRules,
  'sync tasks': taskRules,
  schedules: scheduleRules,
  plans: planRules,
  runs: runRules,
  'sides that diverge': divergenceRules,
  'runs under way': runningRules,
  'following runs': followRules,
  'queries for runs': runQueryRules,
  'the audit log': auditRules,
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
 *   const api = createGitferry({ storage, dataDir: sandbox.dataDir, repoRoots: [sandbox.root] })
 *   await api.start()
 *   return { api, sandbox, dispose: () => api.stop().finally(() => sandbox.remove()) }
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
