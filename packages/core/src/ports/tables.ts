import type {
  AccessKeyRow,
  AuditEntryRow,
  AuditIntentRow,
  ChannelRow,
  CredentialRow,
  DeliveryRow,
  HostKeyRow,
  JobRow,
  KeptRefRow,
  MemberRow,
  PlanRow,
  ProjectRow,
  ProtectedRefRow,
  PublicKeyRow,
  RemoteRow,
  RepoRow,
  RunLogRow,
  RunRefRow,
  RunRow,
  SettingRow,
  SshKeyRow,
  SyncTaskRow,
  TokenRow,
  UserRow,
  WebhookDeliveryRow,
} from '../contract/index.ts'

/** Table name → row. */
export interface Tables {
  repos: RepoRow
  remotes: RemoteRow
  tasks: SyncTaskRow
  plans: PlanRow
  kept_refs: KeptRefRow
  jobs: JobRow
  runs: RunRow
  run_refs: RunRefRow
  run_log: RunLogRow
  audit_log: AuditEntryRow
  audit_intents: AuditIntentRow
  ssh_keys: SshKeyRow
  credentials: CredentialRow
  host_keys: HostKeyRow
  users: UserRow
  tokens: TokenRow
  access_keys: AccessKeyRow
  projects: ProjectRow
  members: MemberRow
  public_keys: PublicKeyRow
  protected_refs: ProtectedRefRow
  channels: ChannelRow
  deliveries: DeliveryRow
  webhook_deliveries: WebhookDeliveryRow
  settings: SettingRow
}

export type TableName = keyof Tables

export interface Column {
  /** `integer`: within ±(2^53 − 1). `json`: any JSON value, given and answered as a value. */
  readonly type: 'integer' | 'text' | 'boolean' | 'json'
  readonly nullable: boolean
}

export interface TableDefinition {
  /** Every column but `id` and `version`, which every table has. */
  readonly columns: Readonly<Record<string, Column>>
  /** Each a list of columns whose values together occur once. A row that has null in one of them never collides. */
  readonly unique: readonly (readonly string[])[]
  /** Columns that queries filter and order by. */
  readonly indexes: readonly (readonly string[])[]
}

const integer = { type: 'integer', nullable: false } as const
const text = { type: 'text', nullable: false } as const
const boolean = { type: 'boolean', nullable: false } as const
const json = { type: 'json', nullable: false } as const
const nullable = <Given extends Column>(column: Given) => ({ ...column, nullable: true }) as const

type Definitions = {
  readonly [Name in TableName]: TableDefinition & {
    readonly columns: Readonly<Record<Exclude<keyof Tables[Name], 'id' | 'version'>, Column>>
  }
}

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

const grant = {
  user_id: integer,
  name: text,
  scope: text,
  repo_ids: nullable(json),
  expires_at: nullable(text),
  last_used_at: nullable(text),
  created_at: text,
}

/** What a storage must hold. SQL adapters reach it by migrations; a test compares the two. */
export const tables: Definitions = {
  repos: {
    columns: {
      uuid: text,
      name: text,
      group_name: text,
      project_id: nullable(integer),
      description: nullable(text),
      visibility: integer,
      creator_id: nullable(integer),
      forked_from_id: nullable(integer),
      path: text,
      git_dir: text,
      common_dir: text,
      object_format: text,
      is_bare: boolean,
      is_hosted: boolean,
      default_branch: nullable(text),
      ssh_key_id: nullable(integer),
      credential_id: nullable(integer),
      size_bytes: integer,
      checked_at: nullable(text),
      created_at: text,
      updated_at: text,
    },
    unique: [['uuid'], ['group_name', 'name'], ['path']],
    indexes: [['project_id']],
  },
  remotes: {
    columns: {
      repo_id: integer,
      name: text,
      fetch_url: text,
      push_url: text,
      problem: nullable(text),
      source: text,
      ssh_key_id: nullable(integer),
      credential_id: nullable(integer),
      bound_to: nullable(text),
      created_at: text,
      updated_at: text,
    },
    unique: [['repo_id', 'name']],
    indexes: [['ssh_key_id'], ['credential_id']],
  },
  tasks: {
    columns: {
      name: text,
      repo_id: integer,
      source_remote: text,
      source_branch: text,
      target_repo_id: integer,
      target_remote: text,
      target_branch: text,
      cron_expression: text,
      timezone: text,
      jitter_ms: integer,
      misfire: text,
      enabled: boolean,
      mode: text,
      refs: json,
      exclude: json,
      tags: boolean,
      prune: boolean,
      max_delete_percent: integer,
      on_diverge: text,
      atomic: boolean,
      follow_head: boolean,
      require_approval: boolean,
      keep_days: integer,
      priority: integer,
      timeout_ms: integer,
      stall_timeout_ms: integer,
      max_failures: integer,
      paused_at: nullable(text),
      paused_reason: nullable(text),
      failure_count: integer,
      next_run_at: nullable(text),
      last_run_at: nullable(text),
      last_status: nullable(text),
      created_at: text,
      updated_at: text,
    },
    unique: [],
    indexes: [['next_run_at'], ['repo_id'], ['target_repo_id']],
  },
  plans: {
    columns: {
      task_id: integer,
      repo_id: integer,
      target_repo_id: nullable(integer),
      kind: text,
      status: text,
      updates: json,
      stopped_code: nullable(text),
      stopped_reason: nullable(text),
      run_id: nullable(integer),
      applied_by_run_id: nullable(integer),
      kept_run_id: nullable(integer),
      created_at: text,
    },
    unique: [],
    indexes: [['task_id', 'status']],
  },
  kept_refs: {
    columns: {
      run_id: integer,
      task_id: integer,
      repo_id: integer,
      repo_uuid: text,
      target_repo_id: integer,
      target_remote: text,
      ref: text,
      oid: text,
      became_oid: nullable(text),
      kept_ref: text,
      state: text,
      kept_at: text,
      expires_at: text,
      restored_by_run_id: nullable(integer),
    },
    unique: [],
    indexes: [['run_id'], ['repo_id', 'id'], ['task_id'], ['repo_uuid'], ['expires_at']],
  },
  jobs: {
    columns: {
      kind: text,
      status: text,
      name: text,
      url: text,
      input: json,
      operator: text,
      repo_id: nullable(integer),
      attempt: integer,
      stage: nullable(text),
      percent: nullable(integer),
      error_code: nullable(text),
      error_message: nullable(text),
      queued_at: text,
      started_at: nullable(text),
      finished_at: nullable(text),
      duration_ms: nullable(integer),
    },
    unique: [],
    indexes: [['status']],
  },
  runs: {
    columns: {
      task_id: integer,
      repo_id: integer,
      target_repo_id: nullable(integer),
      status: text,
      trigger: text,
      attempt: integer,
      commit_range: text,
      refs_total: integer,
      refs_changed: integer,
      refs_failed: integer,
      error_code: nullable(text),
      error_message: nullable(text),
      failure_class: nullable(text),
      plan_id: nullable(integer),
      queued_at: text,
      started_at: nullable(text),
      finished_at: nullable(text),
      duration_ms: nullable(integer),
      priority: integer,
    },
    unique: [],
    indexes: [['task_id', 'id'], ['status'], ['repo_id']],
  },
  run_refs: {
    columns: {
      run_id: integer,
      source_ref: nullable(text),
      target_ref: text,
      action: text,
      old_oid: nullable(text),
      new_oid: nullable(text),
      outcome: text,
      reason: text,
      failure_class: nullable(text),
    },
    unique: [['run_id', 'target_ref']],
    indexes: [],
  },
  run_log: {
    columns: { run_id: integer, at: text, text },
    unique: [],
    indexes: [['run_id', 'id']],
  },
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
  ssh_keys: {
    columns: {
      name: text,
      type: text,
      fingerprint: text,
      public_key: text,
      has_passphrase: boolean,
      description: nullable(text),
      sealed_private_key: text,
      last_used_at: nullable(text),
      created_at: text,
    },
    unique: [['name'], ['fingerprint']],
    indexes: [],
  },
  credentials: {
    columns: {
      name: text,
      type: text,
      username: text,
      origin: text,
      source: text,
      sealed_secret: text,
      last_used_at: nullable(text),
      created_at: text,
    },
    unique: [['name']],
    indexes: [],
  },
  host_keys: {
    columns: {
      host: text,
      port: integer,
      type: text,
      public_key: text,
      fingerprint: text,
      status: text,
      source: text,
      offered: nullable(json),
      offers: integer,
      created_at: text,
    },
    unique: [['host', 'port', 'type']],
    indexes: [],
  },
  users: { columns: { name: text, created_at: text }, unique: [['name']], indexes: [] },
  tokens: {
    columns: { ...grant, public_id: text, secret_hash: text },
    unique: [['public_id'], ['user_id', 'name']],
    indexes: [],
  },
  access_keys: {
    columns: { ...grant, access_key_id: text, sealed_secret: text },
    unique: [['access_key_id'], ['user_id', 'name']],
    indexes: [],
  },
  projects: {
    columns: {
      uuid: text,
      name: text,
      kind: text,
      description: nullable(text),
      creator_id: nullable(integer),
      created_at: text,
      updated_at: text,
    },
    unique: [['uuid'], ['name']],
    indexes: [],
  },
  members: {
    columns: {
      repo_id: nullable(integer),
      project_id: nullable(integer),
      user_id: integer,
      role: integer,
      created_at: text,
    },
    unique: [
      ['repo_id', 'user_id'],
      ['project_id', 'user_id'],
    ],
    indexes: [['user_id']],
  },
  public_keys: {
    columns: {
      title: text,
      key: text,
      type: text,
      fingerprint: text,
      last_used_at: nullable(text),
      created_at: text,
      user_id: nullable(integer),
      repo_id: nullable(integer),
      can_push: boolean,
      application: text,
    },
    unique: [
      ['user_id', 'fingerprint'],
      ['repo_id', 'fingerprint'],
    ],
    indexes: [['fingerprint']],
  },
  protected_refs: {
    columns: {
      repo_id: integer,
      kind: text,
      name: text,
      push_level: integer,
      merge_level: nullable(integer),
      created_at: text,
      updated_at: text,
    },
    unique: [['repo_id', 'kind', 'name']],
    indexes: [],
  },
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
