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

export const integer = { type: 'integer', nullable: false } as const
export const text = { type: 'text', nullable: false } as const
export const boolean = { type: 'boolean', nullable: false } as const
export const json = { type: 'json', nullable: false } as const
export const nullable = <Given extends Column>(column: Given) => ({ ...column, nullable: true }) as const

/** What each of these tables must hold. */
export type Definitions<Name extends TableName> = {
  readonly [Table in Name]: TableDefinition & {
    readonly columns: Readonly<Record<Exclude<keyof Tables[Table], 'id' | 'version'>, Column>>
  }
}
