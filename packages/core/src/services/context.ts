import type { Principal } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import type { ByteCache } from '../git/content/byte-cache.ts'
import type { KeptStores } from '../git/kept-stores.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'
import type { LookupHost } from '../git/resolve-host.ts'
import type { SshSessions } from '../git/ssh/ssh-sessions.ts'
import type { Stores } from '../git/store.ts'
import type { OpenSshKeyOpener } from '../keys/openssh-key-opener.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { CallerStorage } from '../rights/caller-storage.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import type { AfterPush } from './after-push.ts'
import type { AuditChain } from './audit-chain.ts'
import type { AuditLog } from './audit-log.ts'
import type { ChannelSender } from './channel-sender.ts'
import type { KeptExpiry } from './kept-expiry.ts'
import type { KeptValues } from './kept-values.ts'
import type { Notifiers } from './notifiers.ts'
import type { Outbox } from './outbox.ts'
import type { RepoSizes } from './repo-sizes.ts'
import type { RunQueue } from './run-queue.ts'
import type { SealedValues } from './sealed-values.ts'
import type { TaskSchedule } from './task-schedule.ts'

/** What every service is built from: the adapters, the parts of core, and who is asking. */
export interface ServiceContext {
  readonly principal: Principal
  readonly storage: CallerStorage
  readonly clock: Clock
  readonly logger: Logger
  readonly events: EventBus
  readonly audit: AuditLog
  readonly auditChain: Pick<AuditChain, 'verify'>
  readonly runner: GitRunner
  readonly stores: Stores
  /** What runs have overwritten: where it lies, how it gets there, and how long it stays. */
  readonly keptStores: KeptStores
  readonly kept: KeptValues
  readonly keptExpiry: KeptExpiry
  readonly sizes: RepoSizes
  /** What was found out about objects, which never change: listings, last commits, counts. */
  readonly contentCache: ByteCache
  /** Sees to packs and sizes of hosted repositories, in the background. */
  readonly afterPush: Pick<AfterPush, 'tidy'>
  readonly queue: RunQueue
  /** One at a time in the store of a repository, by `repo:<id>`. */
  readonly lock: KeyedLock
  readonly schedule: TaskSchedule
  /** How the host of a remote is resolved before git goes there. */
  readonly lookup: LookupHost
  /** Uses of ssh, each with one key and for one host. */
  readonly ssh: SshSessions
  /** Opens encrypted SSH keys that are imported. */
  readonly keyOpener: Pick<OpenSshKeyOpener, 'open'>
  /** The secrets of the storage. */
  readonly sealed: SealedValues
  readonly notifiers: Notifiers
  readonly channelSender: ChannelSender
  /** Takes what people are to be told of, in the transaction that stores it. */
  readonly outbox: Outbox
  /** Tells the dispatcher that there is something to send. */
  readonly wakeDispatcher: () => void
  readonly settings: RemoteUrlPolicy & {
    readonly trustedOwners: readonly number[]
    readonly dataDir: string
    /** Whether the key of an SSH server must be accepted by somebody before anything is sent there. */
    readonly strictHostKeys: boolean
    /** The most bytes that one push to a hosted repository may bring. */
    readonly maxPushBytes: number
    /** The longest that one push may take, in ms. */
    readonly pushTimeoutMs: number
  }
}
