import type { CredentialsApi, HostKeysApi, SshKeysApi } from './access.ts'
import type { AuditApi } from './audit.ts'
import type { ContentApi, StatsApi } from './content.ts'
import type { EventsApi } from './events.ts'
import type { AccessKeysApi, TokensApi, UsersApi } from './identities.ts'
import type { JobsApi } from './jobs.ts'
import type { NotificationsApi } from './notifications.ts'
import type { DeployKeysApi, MembersApi, ProjectsApi, ProtectionApi, PublicKeysApi } from './projects.ts'
import type { BranchesApi, TagsApi } from './refs.ts'
import type { ReposApi } from './repos.ts'
import type { KeptRefsApi, SyncPlansApi, SyncRunsApi, SyncTasksApi } from './sync.ts'
import type { SystemApi } from './system.ts'

/** gitferry, in this process or at the other end of HTTP: the same methods, records and errors. */
export interface GitferryApi extends EventsApi {
  readonly repos: ReposApi
  readonly branches: BranchesApi
  readonly tags: TagsApi
  readonly content: ContentApi
  readonly stats: StatsApi
  readonly projects: ProjectsApi
  /** The members of repositories; those of projects are at `projects.members`. */
  readonly members: MembersApi
  readonly publicKeys: PublicKeysApi
  readonly deployKeys: DeployKeysApi
  readonly protection: ProtectionApi
  readonly sync: {
    readonly tasks: SyncTasksApi
    readonly plans: SyncPlansApi
    readonly runs: SyncRunsApi
    readonly kept: KeptRefsApi
  }
  readonly jobs: JobsApi
  readonly keys: SshKeysApi
  readonly credentials: CredentialsApi
  readonly hostKeys: HostKeysApi
  readonly notifications: NotificationsApi
  readonly users: UsersApi
  readonly tokens: TokensApi
  readonly accessKeys: AccessKeysApi
  readonly audit: AuditApi
  readonly system: SystemApi
}
