export * from './access-key.ts'
export type * from './api/index.ts'
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
export * from './audit-verification.ts'
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
  deletedBranch,
} from './branch.ts'
export * from './channel.ts'
export * from './content.ts'
export * from './credential.ts'
export * from './deleted.ts'
export * from './error-code.ts'
export {
  eventData,
  eventNames,
  type GitferryEvent,
  type GitferryEventName,
  type GitferryEvents,
  type RunLogEvent,
  type RunPhase,
  type RunProgress,
  runLogEventData,
} from './events.ts'
export * from './failure-class.ts'
export * from './host-key.ts'
export { id, oid, timestamp } from './id.ts'
export * from './job.ts'
export { parseJsonBody, type RequestHeaders } from './json-body.ts'
export * from './kept-ref.ts'
export * from './member.ts'
export * from './operations/index.ts'
export { asksForPage, type Page, type PageQuery, page, pageOf, pageQuery } from './page.ts'
export * from './plan.ts'
export { type Principal, principal, system } from './principal.ts'
export * from './project.ts'
export * from './protected-ref.ts'
export * from './public-key.ts'
export * from './readiness.ts'
export { problemWithRefName, refName } from './ref.ts'
export {
  type AddRemote,
  addRemote,
  type DeletedRemote,
  deletedRemote,
  localRemote,
  problemWithRemoteName,
  type Remote,
  type RemoteRow,
  remote,
  remoteName,
  remoteRow,
  type UpdateRemote,
  updateRemote,
} from './remote.ts'
export * from './remote-test.ts'
export {
  namedRepo,
  type RegisterRepo,
  type Repo,
  type RepoQuery,
  type RepoRow,
  registerRepo,
  repo,
  repoQuery,
  repoRow,
  type UpdateRepo,
  updateRepo,
} from './repo.ts'
export * from './role.ts'
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
export { type Grant, scope } from './scope.ts'
export * from './setting.ts'
export * from './ssh-key.ts'
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
export * from './tag.ts'
export * from './token.ts'
export * from './used-by.ts'
export * from './user.ts'
export { type Health, health, type Version, version } from './version.ts'
export * from './webhook.ts'
