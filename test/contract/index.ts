import { aliasRules } from './alias-rules.ts'
import { auditChainRules } from './audit-chain-rules.ts'
import { auditRules } from './audit-rules.ts'
import { bodyRules } from './body-rules.ts'
import { branchRules } from './branch-rules.ts'
import { channelAliasRules, channelRules } from './channel-rules.ts'
import { deleteRules } from './delete-rules.ts'
import { hostKeyRules } from './host-key-rules.ts'
import { idRules } from './id-rules.ts'
import { identityRules } from './identity-rules.ts'
import { keyRules } from './key-rules.ts'
import { listRules } from './lists-rules.ts'
import { keyTestRules, remoteRules } from './remote-rules.ts'
import { repetitionRules } from './repetition-rules.ts'
import { repoRules } from './repo-rules.ts'
import { repositoryRows } from './rows.ts'
import type { ContractRule } from './rule.ts'
import { serviceRules } from './service-rules.ts'
import { runRules } from './sync-run-rules.ts'
import { taskRules } from './task-rules.ts'
import { urlRules } from './url-rules.ts'
import { webhookRules } from './webhook-rules.ts'

/** Every row of part A and every sentence of part B, by what it is about. */
export const contractRules: Readonly<Record<string, readonly ContractRule[]>> = {
  'rows of repositories, branches and tasks': repositoryRows,
  lists: listRules,
  ids: idRules,
  bodies: bodyRules,
  deletes: deleteRules,
  repositories: repoRules,
  branches: branchRules,
  tasks: taskRules,
  runs: runRules,
  'the webhook': [...webhookRules, ...repetitionRules],
  'SSH keys': [...keyRules, ...keyTestRules],
  'remotes, tags and credentials': remoteRules,
  'host keys': hostKeyRules,
  'users, tokens and access keys': identityRules,
  'notification channels': channelRules,
  URLs: urlRules,
  'the audit log': [...auditRules, ...auditChainRules],
  aliases: [...aliasRules, ...channelAliasRules],
  'the service': serviceRules,
}
