import type { Principal } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'
import type { LookupHost } from '../git/resolve-host.ts'
import type { Stores } from '../git/store.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { AuditLog } from './audit-log.ts'
import type { RepoSizes } from './repo-sizes.ts'
import type { RunQueue } from './run-queue.ts'
import type { TaskSchedule } from './task-schedule.ts'

/** What every service is built from: the adapters, the parts of core, and who is asking. */
export interface ServiceContext {
  readonly principal: Principal
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly logger: Logger
  readonly events: EventBus
  readonly audit: AuditLog
  readonly runner: GitRunner
  readonly stores: Stores
  readonly sizes: RepoSizes
  readonly queue: RunQueue
  /** One at a time in the store of a repository, by `repo:<id>`. */
  readonly lock: KeyedLock
  readonly schedule: TaskSchedule
  /** How the host of a remote is resolved before git goes there. */
  readonly lookup: LookupHost
  readonly settings: RemoteUrlPolicy & { readonly trustedOwners: readonly number[] }
}
