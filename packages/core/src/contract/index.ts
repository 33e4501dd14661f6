export type {
  AuditApi,
  BranchesApi,
  CallOptions,
  Deleted,
  FollowOptions,
  GitferryApi,
  ReposApi,
  SyncRunsApi,
  SyncTasksApi,
  SystemApi,
} from './api.ts'
export {
  type AuditEntry,
  type AuditEntryRow,
  type AuditIntentRow,
  type AuditObjectType,
  type AuditQuery,
  type AuditType,
  auditEntry,
  auditEntryRow,
  auditIntentRow,
  auditQuery,
} from './audit-entry.ts'
export {
  type Branch,
  type BranchQuery,
  branch,
  branchQuery,
  type CheckoutBranch,
  type CreateBranch,
  checkoutBranch,
  createBranch,
  type DeletedBranch,
} from './branch.ts'
export type { GitferryEventName, GitferryEvents, RunLogEvent, RunPhase, RunProgress } from './events.ts'
export { id, oid, timestamp } from './id.ts'
export { asksForPage, type Page, type PageQuery, page, pageOf, pageQuery } from './page.ts'
export { type Plan, type PlanAction, type PlanRow, type PlanUpdate, plan, planRow } from './plan.ts'
export { type Principal, system } from './principal.ts'
export { problemWithRefName, refName } from './ref.ts'
export {
  localRemote,
  problemWithRemoteName,
  type Remote,
  type RemoteRow,
  remote,
  remoteName,
  remoteRow,
} from './remote.ts'
export {
  namedRepo,
  type RegisterRepo,
  type Repo,
  type RepoRow,
  registerRepo,
  repo,
  repoRow,
  type UpdateRepo,
  updateRepo,
} from './repo.ts'
export {
  isFinished,
  type RefOutcome,
  type Run,
  type RunLogRow,
  type RunQuery,
  type RunRef,
  type RunRefRow,
  type RunRow,
  type RunStatus,
  type RunTrigger,
  type RunWithRefs,
  run,
  runLogRow,
  runQuery,
  runRef,
  runRefRow,
  runRow,
  runWithRefs,
} from './run.ts'
export {
  type CreateSyncTask,
  createSyncTask,
  type SyncTask,
  type SyncTaskRow,
  syncTask,
  syncTaskDefaults,
  syncTaskRow,
  type UpdateSyncTask,
  updateSyncTask,
} from './sync-task.ts'
export { type Health, health, type Version, version } from './version.ts'
export * from './audit-verification.ts'
export * from './channel.ts'
export * from './credential.ts'
export * from './error-code.ts'
export * from './host-key.ts'
export { parseJsonBody, type RequestHeaders } from './json-body.ts'
export * from './remote-test.ts'
export * from './setting.ts'
export * from './ssh-key.ts'
export * from './tag.ts'
export * from './used-by.ts'
export * from './webhook.ts'
