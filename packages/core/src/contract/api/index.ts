export type { CredentialsApi, HostKeysApi, SshKeysApi } from './access.ts'
export type { AuditApi } from './audit.ts'
export type { CallOptions, FollowOptions } from './call-options.ts'
export type { ContentApi, StatsApi } from './content.ts'
export type { EventsApi } from './events.ts'
export type { GitferryApi } from './gitferry.ts'
export type { AccessKeysApi, TokensApi, UsersApi } from './identities.ts'
export type { JobsApi } from './jobs.ts'
export type { ChannelsApi, DeliveriesApi, NotificationsApi } from './notifications.ts'
export type {
  DeployKeysApi,
  MembersApi,
  ProjectsApi,
  ProtectionApi,
  PublicKeysApi,
} from './projects.ts'
export type { BranchesApi, TagsApi } from './refs.ts'
export type { RemotesApi, ReposApi } from './repos.ts'
export type { KeptRefsApi, SyncPlansApi, SyncRunsApi, SyncTasksApi } from './sync.ts'
export type { SystemApi } from './system.ts'
