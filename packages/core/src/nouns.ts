import type { GitferryApi, Version } from './contract/index.ts'
import type { Core } from './runtime/core.ts'
import { AccessKeysService } from './services/access-keys.ts'
import { AuditService } from './services/audit.ts'
import { BranchesService } from './services/branches.ts'
import { ContentService } from './services/content.ts'
import { CredentialsService } from './services/credentials.ts'
import { DeployKeysService } from './services/deploy-keys.ts'
import { HostKeysService } from './services/host-keys.ts'
import { JobsService } from './services/jobs.ts'
import { KeptRefsService } from './services/kept-refs.ts'
import { MembersService } from './services/members.ts'
import { NotificationsService } from './services/notifications.ts'
import { ProjectsService } from './services/projects.ts'
import { ProtectionService } from './services/protection.ts'
import { PublicKeysService } from './services/public-keys.ts'
import { ReposService } from './services/repos.ts'
import { SshKeysService } from './services/ssh-keys.ts'
import { StatsService } from './services/stats.ts'
import { SyncPlansService } from './services/sync-plans.ts'
import { SyncRunsService } from './services/sync-runs.ts'
import { SyncTasksService } from './services/sync-tasks.ts'
import { SystemService } from './services/system.ts'
import { TagsService } from './services/tags.ts'
import { TokensService } from './services/tokens.ts'
import { UsersService } from './services/users.ts'

/** What the API is about; its events come besides. */
export type Nouns = Omit<GitferryApi, 'on' | 'events'>

type NounContext = ReturnType<Core['contextFor']> & { readonly version: Version }

/** How each noun is made for one caller. */
export const nouns: { readonly [Name in keyof Nouns]: (context: NounContext) => Nouns[Name] } = {
  repos: (context) => new ReposService(context),
  branches: (context) => new BranchesService(context),
  tags: (context) => new TagsService(context),
  content: (context) => new ContentService(context),
  stats: (context) => new StatsService(context),
  projects: (context) => new ProjectsService(context),
  members: (context) => new MembersService(context, 'repo'),
  publicKeys: (context) => new PublicKeysService(context),
  deployKeys: (context) => new DeployKeysService(context),
  protection: (context) => new ProtectionService(context),
  sync: (context) => ({
    tasks: new SyncTasksService(context),
    plans: new SyncPlansService(context),
    runs: new SyncRunsService(context),
    kept: new KeptRefsService(context),
  }),
  jobs: (context) => new JobsService(context),
  keys: (context) => new SshKeysService(context),
  credentials: (context) => new CredentialsService(context),
  hostKeys: (context) => new HostKeysService(context),
  notifications: (context) => new NotificationsService(context),
  users: (context) => new UsersService(context),
  tokens: (context) => new TokensService(context),
  accessKeys: (context) => new AccessKeysService(context),
  audit: (context) => new AuditService(context),
  system: ({ version }) => new SystemService({ version }),
}
