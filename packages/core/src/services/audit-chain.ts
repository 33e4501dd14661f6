import type { AuditVerification, CallOptions } from '../contract/index.ts'
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
  /** Begins to seal; waits for nothing. May be called twice. */
  start(): void
  /** Says that an entry was written. Never throws, never waits. */
  wake(): void
  /** Seals what is left. May be called twice, also when it was never started. */
  stop(): Promise<void>
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

/** Puts the parts together; does no I/O. */
export function createAuditChain(deps: AuditChainDependencies): AuditChain {
  const keys = new AuditKey(deps)
  const head = new AuditHead({ ...deps, keys })
  const sealer = new AuditSealer({ ...deps, keys, head })
  const verifier = new AuditVerifier({ ...deps, head })
  return {
    start: () => sealer.start(),
    wake: () => sealer.wake(),
    stop: () => sealer.stop(),
    verify: (options) => verifier.verify(options),
  }
}
