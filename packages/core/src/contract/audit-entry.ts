import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'
import { time } from './time.ts'

export const auditType = oneOf([
  'create',
  'update',
  'delete',
  'checkout',
  'run',
  'plan',
  'sync',
  'test',
  'cancel',
  'retry',
  'apply',
  'pause',
  'resume',
  'restore',
  'accept',
  'rotate',
  'login',
  'commit',
  'push',
])

export type AuditType = z.output<typeof auditType>

export const auditObjectType = oneOf([
  'repo',
  'branch',
  'task',
  'run',
  'plan',
  'job',
  'remote',
  'tag',
  'ssh_key',
  'credential',
  'host_key',
  'channel',
  'delivery',
  'user',
  'token',
  'access_key',
  'secret',
  'member',
  'project',
  'project_member',
  'public_key',
  'deploy_key',
  'protected_ref',
])

export type AuditObjectType = z.output<typeof auditObjectType>

/** Who did what to which object, when, from where, with what result. Append-only. */
export const auditEntry = z
  .object({
    id,
    type: auditType,
    object_type: auditObjectType,
    object_id: id.nullable().describe('For a branch: its repository’s id; the name stands in details'),
    operator: z.string(),
    result: z
      .enum(['success', 'failure', 'unknown'])
      .describe('unknown: cut off, and what came of it could not be found out'),
    error_code: z.string().nullable(),
    details: z.record(z.string(), z.json()),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    request_id: z.string().nullable(),
    created_at: timestamp,
    seq: z.int().nullable().describe('Place in the sealed chain; null until it is sealed'),
    prev_hash: z.string().nullable(),
    hash: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

export type AuditEntry = z.output<typeof auditEntry>

export const auditEntryRow = auditEntry.extend({
  version: z.int(),
  /** What tells an entry that gitferry wrote from one that was put in, until it is sealed; null without a key. */
  mac: z.string().nullable(),
})

export type AuditEntryRow = z.output<typeof auditEntryRow>

/** A change in git that was begun and whose entry is not written yet. */
export const auditIntentRow = auditEntry
  .pick({
    type: true,
    object_type: true,
    object_id: true,
    operator: true,
    details: true,
    ip: true,
    user_agent: true,
    request_id: true,
    created_at: true,
  })
  .extend({ id, version: z.int() })

export type AuditIntentRow = z.output<typeof auditIntentRow>

export const auditQuery = pageQuery
  .extend({
    type: auditType.optional(),
    object_type: auditObjectType.optional(),
    object_id: id.optional(),
    start_time: time.optional(),
    end_time: time.optional(),
  })
  .refine((query) => !query.start_time || !query.end_time || query.start_time <= query.end_time, {
    path: ['start_time'],
    message: 'must not be later than end_time',
  })

export type AuditQuery = z.input<typeof auditQuery>
