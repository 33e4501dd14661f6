import { randomBytes } from 'node:crypto'
import { type EntryContent, entryMac } from '../audit/index.ts'
import type { AuditVerification, CallOptions } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { CheckpointStore } from '../runtime/checkpoint-file.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { AuditHead } from './audit-head.ts'
import { AuditKey } from './audit-key.ts'
import { AuditSealer } from './audit-sealer.ts'
import { AuditVerifier } from './audit-verifier.ts'
import type { SealedValues } from './sealed-values.ts'

/** The seal of the audit log: what makes its chain, and what checks it. */
export interface AuditChain {
  /**
   * Fetches the key, or makes it: to be called before the first entry is written. Without a secret box it notes that
   * there is none. May be called twice. Answers how many entries were there before the key was made, when it just was.
   * @throws SECRET_UNREADABLE, STORAGE_FAILED; what the file system throws
   */
  open(): Promise<number>
  /**
   * As `open`, for whoever writes entries beside a gitferry that chains them: takes the key that is there; makes none and
   * writes no checkpoint. Answers whether there is a key, or need be none for want of a secret box.
   * @throws SECRET_UNREADABLE, STORAGE_FAILED
   */
  join(): Promise<boolean>
  /** The MAC of an entry that is about to be stored; `null` without a key. */
  sign(entry: EntryContent): string | null
  /** Begins to seal; waits for nothing. May be called twice. */
  start(): void
  /** Says that an entry was written. Never throws, never waits. */
  wake(): void
  /**
   * Wakes for what another process wrote; to be called now and then. Looks at most once a minute.
   * @throws STORAGE_FAILED
   */
  look(): Promise<void>
  /**
   * Seals what is left, until `signal` fires: the rest is sealed by the next start. May be called twice, also when it
   * was never started.
   */
  stop(options?: CallOptions): Promise<void>
  /** @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE when something was sealed and its key is not here; ABORTED */
  verify(options?: CallOptions): Promise<AuditVerification>
}

export interface AuditChainDependencies {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly logger: Logger
  readonly sealed: SealedValues
  readonly checkpoints: CheckpointStore
}

const nonceBytes = 16

async function again(error: unknown, attempt: () => Promise<unknown>): Promise<unknown> {
  if (!isGitferryError(error, 'CONFLICT')) throw error
  return attempt()
}

/** Puts the parts together; does no I/O. */
export function createAuditChain(deps: AuditChainDependencies): AuditChain {
  const keys = new AuditKey(deps)
  const head = new AuditHead({ ...deps, keys })
  const sealer = new AuditSealer({ ...deps, keys, head })
  const verifier = new AuditVerifier({ ...deps, head })
  return {
    async open() {
      if (!keys.available) await keys.noteUnsigned()
      // another process may have made the key at the same moment
      else await head.open().catch((error) => again(error, () => head.open()))
      return head.adopted
    },
    async join() {
      if (keys.available) return head.join()
      await keys.noteUnsigned()
      return true
    },
    sign: (entry) => head.key && entryMac(head.key, entry, randomBytes(nonceBytes).toString('hex')),
    start: () => sealer.start(),
    wake: () => sealer.wake(),
    look: () => sealer.look(),
    stop: (options) => sealer.stop(options),
    verify: (options) => verifier.verify(options),
  }
}
