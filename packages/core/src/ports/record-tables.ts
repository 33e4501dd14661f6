import { boolean, type Definitions, integer, json, nullable, text } from './table-definition.ts'

const auditSubject = {
  type: text,
  object_type: text,
  object_id: nullable(integer),
  operator: text,
  details: json,
  ip: nullable(text),
  user_agent: nullable(text),
  request_id: nullable(text),
  created_at: text,
}

/** Of what is told and kept: audit, notifications, webhooks, settings. */
export const recordTables: Definitions<
  'audit_log' | 'audit_intents' | 'channels' | 'deliveries' | 'webhook_deliveries' | 'settings'
> = {
  audit_log: {
    columns: {
      ...auditSubject,
      result: text,
      error_code: nullable(text),
      seq: nullable(integer),
      prev_hash: nullable(text),
      hash: nullable(text),
      mac: nullable(text),
    },
    unique: [['seq'], ['mac']],
    indexes: [['created_at'], ['object_type', 'object_id']],
  },
  audit_intents: { columns: auditSubject, unique: [], indexes: [] },
  channels: {
    columns: {
      type: text,
      name: text,
      sealed_config: text,
      events: json,
      template: nullable(text),
      enabled: boolean,
      created_at: text,
      updated_at: text,
    },
    unique: [],
    indexes: [],
  },
  deliveries: {
    columns: {
      channel_id: integer,
      event: text,
      task_id: nullable(integer),
      run_id: nullable(integer),
      title: text,
      text,
      status: text,
      attempts: integer,
      response: nullable(text),
      next_attempt_at: nullable(text),
      created_at: text,
      finished_at: nullable(text),
    },
    unique: [],
    indexes: [['status', 'next_attempt_at'], ['channel_id'], ['run_id'], ['task_id', 'channel_id']],
  },
  webhook_deliveries: {
    columns: { source: text, delivery_id: text, run_id: integer, received_at: text },
    unique: [['source', 'delivery_id']],
    indexes: [['received_at']],
  },
  settings: { columns: { name: text, value: text }, unique: [['name']], indexes: [] },
}
