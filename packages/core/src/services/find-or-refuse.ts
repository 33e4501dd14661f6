import { z } from 'zod'
import {
  type AuditEntryRow,
  type ChannelRow,
  type CredentialRow,
  type DeliveryRow,
  id as idSchema,
  type JobRow,
  type PlanRow,
  type RepoRow,
  type RunRow,
  type SshKeyRow,
  type SyncTaskRow,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** @throws INVALID_INPUT naming `field` when it is no positive integer */
export function parseId(value: number, field = 'id'): number {
  return parseInput(z.object({ [field]: idSchema }), { [field]: value })[field]!
}

/** @throws INVALID_INPUT, REPO_NOT_FOUND */
export async function findRepo(session: StorageSession, id: number, field = 'id'): Promise<RepoRow> {
  const repo = await session.collection('repos').get(parseId(id, field))
  if (repo) return repo
  throw new GitferryError('REPO_NOT_FOUND', `${field}: there is no repository with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, TASK_NOT_FOUND */
export async function findTask(session: StorageSession, id: number, field = 'id'): Promise<SyncTaskRow> {
  const task = await session.collection('tasks').get(parseId(id, field))
  if (task) return task
  throw new GitferryError('TASK_NOT_FOUND', `${field}: there is no sync task with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, RUN_NOT_FOUND */
export async function findRun(session: StorageSession, id: number, field = 'id'): Promise<RunRow> {
  const run = await session.collection('runs').get(parseId(id, field))
  if (run) return run
  throw new GitferryError('RUN_NOT_FOUND', `${field}: there is no run with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, PLAN_NOT_FOUND */
export async function findPlan(session: StorageSession, id: number): Promise<PlanRow> {
  const plan = await session.collection('plans').get(parseId(id))
  if (plan) return plan
  throw new GitferryError('PLAN_NOT_FOUND', `id: there is no plan with the id ${id}.`, {
    details: { field: 'id', id },
  })
}

/** @throws INVALID_INPUT, JOB_NOT_FOUND */
export async function findJob(session: StorageSession, id: number): Promise<JobRow> {
  const job = await session.collection('jobs').get(parseId(id))
  if (job) return job
  throw new GitferryError('JOB_NOT_FOUND', `id: there is no job with the id ${id}.`, {
    details: { field: 'id', id },
  })
}

/** @throws INVALID_INPUT, AUDIT_ENTRY_NOT_FOUND */
export async function findAuditEntry(session: StorageSession, id: number): Promise<AuditEntryRow> {
  const entry = await session.collection('audit_log').get(parseId(id))
  if (entry) return entry
  throw new GitferryError('AUDIT_ENTRY_NOT_FOUND', `id: there is no audit entry with the id ${id}.`, {
    details: { field: 'id', id },
  })
}

/** @throws INVALID_INPUT, CREDENTIAL_NOT_FOUND */
export async function findCredential(
  session: StorageSession,
  id: number,
  field = 'id',
): Promise<CredentialRow> {
  const credential = await session.collection('credentials').get(parseId(id, field))
  if (credential) return credential
  throw new GitferryError('CREDENTIAL_NOT_FOUND', `${field}: there is no credential with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, CHANNEL_NOT_FOUND */
export async function findChannel(session: StorageSession, id: number): Promise<ChannelRow> {
  const channel = await session.collection('channels').get(parseId(id))
  if (channel) return channel
  throw new GitferryError('CHANNEL_NOT_FOUND', `id: there is no channel with the id ${id}.`, {
    details: { field: 'id', id },
  })
}

/** @throws INVALID_INPUT, DELIVERY_NOT_FOUND */
export async function findDelivery(session: StorageSession, id: number): Promise<DeliveryRow> {
  const delivery = await session.collection('deliveries').get(parseId(id))
  if (delivery) return delivery
  throw new GitferryError('DELIVERY_NOT_FOUND', `id: there is no delivery with the id ${id}.`, {
    details: { field: 'id', id },
  })
}

/** @throws INVALID_INPUT, SSH_KEY_NOT_FOUND */
export async function findSshKey(session: StorageSession, id: number, field = 'id'): Promise<SshKeyRow> {
  const key = await session.collection('ssh_keys').get(parseId(id, field))
  if (key) return key
  throw new GitferryError('SSH_KEY_NOT_FOUND', `${field}: there is no SSH key with the id ${id}.`, {
    details: { field, id },
  })
}
