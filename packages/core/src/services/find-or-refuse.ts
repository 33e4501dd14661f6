import { z } from 'zod'
import { id as idSchema } from '../contract/index.ts'
import { type ErrorCode, GitferryError, parseInput } from '../errors/index.ts'
import type { StorageSession, TableName, Tables } from '../ports/index.ts'

/** @throws INVALID_INPUT naming `field` when it is no positive integer */
export function parseId(value: number, field = 'id'): number {
  return parseInput(z.object({ [field]: idSchema }), { [field]: value })[field]!
}

/** Finds the rows of one table by their id. `field` names what the caller gave the id as, for the message. */
const finder =
  <Name extends TableName>(table: Name, noun: string, code: ErrorCode) =>
  async (session: StorageSession, id: number, field = 'id'): Promise<Tables[Name]> => {
    const row = await session.collection(table).get(parseId(id, field))
    if (row) return row
    throw new GitferryError(code, `${field}: there is no ${noun} with the id ${id}.`, {
      details: { field, id },
    })
  }

/** @throws INVALID_INPUT, REPO_NOT_FOUND */
export const findRepo = finder('repos', 'repository', 'REPO_NOT_FOUND')

/** @throws INVALID_INPUT, PROJECT_NOT_FOUND */
export const findProject = finder('projects', 'project', 'PROJECT_NOT_FOUND')

/** @throws INVALID_INPUT, TASK_NOT_FOUND */
export const findTask = finder('tasks', 'sync task', 'TASK_NOT_FOUND')

/** @throws INVALID_INPUT, RUN_NOT_FOUND */
export const findRun = finder('runs', 'run', 'RUN_NOT_FOUND')

/** @throws INVALID_INPUT, PLAN_NOT_FOUND */
export const findPlan = finder('plans', 'plan', 'PLAN_NOT_FOUND')

/** @throws INVALID_INPUT, JOB_NOT_FOUND */
export const findJob = finder('jobs', 'job', 'JOB_NOT_FOUND')

/** @throws INVALID_INPUT, AUDIT_ENTRY_NOT_FOUND */
export const findAuditEntry = finder('audit_log', 'audit entry', 'AUDIT_ENTRY_NOT_FOUND')

/** @throws INVALID_INPUT, CREDENTIAL_NOT_FOUND */
export const findCredential = finder('credentials', 'credential', 'CREDENTIAL_NOT_FOUND')

/** @throws INVALID_INPUT, CHANNEL_NOT_FOUND */
export const findChannel = finder('channels', 'channel', 'CHANNEL_NOT_FOUND')

/** @throws INVALID_INPUT, DELIVERY_NOT_FOUND */
export const findDelivery = finder('deliveries', 'delivery', 'DELIVERY_NOT_FOUND')

/** @throws INVALID_INPUT, SSH_KEY_NOT_FOUND */
export const findSshKey = finder('ssh_keys', 'SSH key', 'SSH_KEY_NOT_FOUND')

/** @throws INVALID_INPUT, HOST_KEY_NOT_FOUND */
export const findHostKey = finder('host_keys', 'host key', 'HOST_KEY_NOT_FOUND')

/** @throws INVALID_INPUT, USER_NOT_FOUND */
export const findUser = finder('users', 'user', 'USER_NOT_FOUND')

/** @throws INVALID_INPUT, TOKEN_NOT_FOUND */
export const findToken = finder('tokens', 'token', 'TOKEN_NOT_FOUND')

/** @throws INVALID_INPUT, ACCESS_KEY_NOT_FOUND */
export const findAccessKey = finder('access_keys', 'access key', 'ACCESS_KEY_NOT_FOUND')
