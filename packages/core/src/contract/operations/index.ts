import { auditOperations } from './audit.ts'
import { branchOperations } from './branches.ts'
import { contentOperations } from './content.ts'
import { credentialOperations, hostKeyOperations } from './credentials.ts'
import { accessKeyOperations, tokenOperations, userOperations } from './identities.ts'
import { jobOperations } from './jobs.ts'
import { notificationOperations } from './notifications.ts'
import type { OperationGroup, Operations } from './operation.ts'
import { memberOperations, projectOperations, protectionOperations, publicKeyOperations } from './projects.ts'
import { remoteOperations } from './remotes.ts'
import { repoOperations } from './repos.ts'
import { sshKeyOperations } from './ssh-keys.ts'
import { syncPlanOperations } from './sync-plans.ts'
import { syncRunOperations } from './sync-runs.ts'
import { syncTaskOperations } from './sync-tasks.ts'
import { systemOperations } from './system.ts'
import { tagOperations } from './tags.ts'
import { webhookOperations } from './webhooks.ts'

export type {
  JsonAnswer,
  Operation,
  OperationBody,
  OperationGroup,
  Operations,
  TextAnswer,
} from './operation.ts'

/** What every endpoint takes and answers, noun by noun. */
export const operationGroups: readonly OperationGroup[] = [
  repoOperations,
  jobOperations,
  remoteOperations,
  branchOperations,
  tagOperations,
  contentOperations,
  projectOperations,
  memberOperations,
  publicKeyOperations,
  protectionOperations,
  syncTaskOperations,
  syncPlanOperations,
  syncRunOperations,
  webhookOperations,
  sshKeyOperations,
  credentialOperations,
  hostKeyOperations,
  notificationOperations,
  userOperations,
  tokenOperations,
  accessKeyOperations,
  auditOperations,
  systemOperations,
]

/** The same by endpoint; the compiler finds one that is missing. */
export const operations: Operations = {
  ...repoOperations.operations,
  ...jobOperations.operations,
  ...remoteOperations.operations,
  ...branchOperations.operations,
  ...tagOperations.operations,
  ...contentOperations.operations,
  ...projectOperations.operations,
  ...memberOperations.operations,
  ...publicKeyOperations.operations,
  ...protectionOperations.operations,
  ...syncTaskOperations.operations,
  ...syncPlanOperations.operations,
  ...syncRunOperations.operations,
  ...webhookOperations.operations,
  ...sshKeyOperations.operations,
  ...credentialOperations.operations,
  ...hostKeyOperations.operations,
  ...notificationOperations.operations,
  ...userOperations.operations,
  ...tokenOperations.operations,
  ...accessKeyOperations.operations,
  ...auditOperations.operations,
  ...systemOperations.operations,
}
