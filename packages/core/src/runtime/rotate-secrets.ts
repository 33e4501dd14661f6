import * as fs from 'node:fs/promises'
import { system } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { SecretBox } from '../ports/index.ts'
import { type ResealOptions, resealAll } from '../services/reseal.ts'
import { checkSecrets, markRotation, unmarkRotation } from '../services/secrets-check.ts'
import { requireReadable } from '../services/unreadable-secrets.ts'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { type GitferryOptions, resolveOptions } from './options.ts'
import { createParts } from './parts.ts'
import { startTimeOf } from './start-time.ts'
import { StorageLease } from './storage-lease.ts'

/** One secret key taking the place of another: `aesGcmKeyRotation({ keyFile })` of `@gitferry/adapters/secrets/key-rotation`. */
export interface SecretKeyRotation {
  /** Opens what any of the keys sealed; seals under the one of before until `begin`, under the new one from then on. */
  readonly secrets: SecretBox
  /** Makes the new key, or takes up the one of a rotation that was cut off. May be called twice. */
  begin(): Promise<void>
  /** Called once nothing is sealed with a key of before. After a failure, the rotation can be taken up again. */
  finish(): Promise<void>
  /** What tells the keys apart, and nothing of them; known once it has begun. */
  keyIds(): { readonly from: readonly string[]; readonly to: string }
}

export interface RotatedSecrets {
  /** How many secrets are stored. */
  readonly secrets: number
  /** How many of them were sealed again now. */
  readonly resealed: number
}

export interface RotateOptions extends Omit<ResealOptions, 'onProgress'> {
  readonly onProgress?: ((looked: number, total: number) => void) | undefined
}

/**
 * Seals every stored secret of a gitferry that is not running under a new key. Cut off anywhere, it finishes when it is
 * called again. One audit entry tells of it, with the ids of the keys.
 * @throws CLOSED while a gitferry runs on the data directory, or is at work on the storage, or was until it was killed
 *   less than 90 seconds ago; SECRET_UNREADABLE when the key is not the one of before, or
 *   no key opens some secret (`details.unreadable`): then nothing was changed; SECRETS_UNAVAILABLE, STORAGE_FAILED, ABORTED
 */
export async function rotateSecrets(
  { secrets: _, ...options }: GitferryOptions,
  rotation: SecretKeyRotation,
  progress: RotateOptions = {},
): Promise<RotatedSecrets> {
  const resolved = resolveOptions({ ...options, secrets: rotation.secrets })
  const { context } = createParts(resolved, fs)
  const lease = new StorageLease({ ...context, kind: 'rotation' })
  const directory = await lock(resolved.dataDir)
  try {
    await context.storage.open()
    await lease.take()
    return await rotate(context, rotation, progress)
  } finally {
    await lease.release()
    await context.storage.close().finally(() => directory.release())
  }
}

async function rotate(
  { audit, auditChain, sealed, storage }: ReturnType<typeof createParts>['context'],
  rotation: SecretKeyRotation,
  { onProgress, signal }: RotateOptions,
): Promise<RotatedSecrets> {
  await rotation.secrets.open()
  await checkSecrets({ storage, sealed })
  await auditChain.open()
  audit.open()
  const subject = { type: 'rotate', object_type: 'secret', object_id: null } as const
  return audit.attempt(system, subject, async (draft) => {
    const secrets = await requireReadable({ storage, sealed }, { signal })
    await rotation.begin()
    const { from, to } = rotation.keyIds()
    draft.note({ details: { from: [...from], to, secrets } })
    await draft.begin()
    const looked = (count: number) => onProgress?.(count, Math.max(count, secrets))
    await markRotation({ storage, sealed })
    const resealed = await resealAll({ storage, sealed }, { signal, onProgress: looked })
    // a crash from here on leaves secrets that the new key alone opens
    await unmarkRotation({ storage })
    draft.note({ details: { resealed } })
    await rotation.finish()
    return { secrets, resealed }
  })
}

async function lock(dataDir: string): Promise<DataDirectory> {
  try {
    return await openDataDirectory(dataDir, { fs, pid: process.pid, startTimeOf })
  } catch (error) {
    if (!isGitferryError(error, 'CLOSED')) throw error
    throw new GitferryError('CLOSED', `Secret keys cannot be rotated while gitferry runs. ${error.message}`, {
      details: error.details,
      cause: error,
    })
  }
}
