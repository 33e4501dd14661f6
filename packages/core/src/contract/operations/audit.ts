import { z } from 'zod'
import { type AuditEntry, auditEntry, auditQuery } from '../audit-entry.ts'
import { auditVerification } from '../audit-verification.ts'
import { answers, type OperationGroup } from './operation.ts'
import { idOf } from './path-parameters.ts'

const { page: _, page_size: __, ...filter } = auditQuery.shape

const exampleEntry: AuditEntry = {
  id: 42,
  type: 'create',
  object_type: 'task',
  object_id: 1,
  operator: 'anonymous',
  result: 'success',
  error_code: null,
  details: { name: 'main-to-backup' },
  ip: '127.0.0.1',
  user_agent: 'curl/8.5.0',
  request_id: 'b9d0f5b2-0c1e-4a6d-8f39-1f6f0a2c3d4e',
  created_at: '2026-01-02T03:04:05.678Z',
  seq: null,
  prev_hash: null,
  hash: null,
}

export const auditOperations = {
  name: 'audit',
  description: 'Who did what to which object, when, from where, with what result. Append-only.',
  operations: {
    'audit.list': {
      summary: 'List audit entries, newest first',
      description: 'Times are RFC 3339, or `YYYY-MM-DD[ HH:MM:SS]` in UTC.',
      query: auditQuery,
      answer: answers(auditEntry, exampleEntry),
    },
    'audit.get': {
      summary: 'Show an audit entry',
      path: idOf('audit entry'),
      answer: answers(auditEntry, exampleEntry),
      errors: ['AUDIT_ENTRY_NOT_FOUND'],
    },
    'audit.verify': {
      summary: 'Check the chain of audit entries',
      description: 'Says whether the chain holds, how many entries are not sealed yet, and where it breaks.',
      answer: answers(auditVerification, {
        valid: true,
        sealed: 42,
        unsealed: 0,
        head_seq: 42,
        problems: [],
      }),
      errors: ['SECRETS_UNAVAILABLE', 'SECRET_UNREADABLE'],
    },
    'audit.export': {
      summary: 'Export audit entries, oldest first',
      query: z.object(filter),
      answer: {
        texts: {
          'application/x-ndjson': {
            description: 'One entry a line',
            example: `${JSON.stringify(exampleEntry)}\n`,
            line: auditEntry,
          },
        },
      },
    },
  },
} as const satisfies OperationGroup
