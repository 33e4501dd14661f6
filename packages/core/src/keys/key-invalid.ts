import { GitferryError } from '../errors/index.ts'

/** The field of an SSH key that something is wrong with: of a private key that is imported, or of a public one. */
export type SshKeyField = 'private_key' | 'passphrase' | 'type' | 'key'

/** A refusal that names the field, and never holds anything of what was given. */
export function keyInvalid(field: SshKeyField, problem: string): GitferryError {
  return new GitferryError('SSH_KEY_INVALID', `${field}: ${problem}`, { details: { field } })
}

/** For content that no reader makes sense of. */
export const damaged = () =>
  keyInvalid(
    'private_key',
    'is damaged or cut off; copy the whole file once more, from its first line to its last',
  )

/** For a key that is encrypted when no passphrase was given. */
export const passphraseMissing = () =>
  keyInvalid('passphrase', 'is needed, because the private key is encrypted')

/** For a key that did not open. What is damaged inside of the encryption looks the same. */
export const passphraseWrong = () => keyInvalid('passphrase', 'does not open the private key')

/** For a key whose two halves were not made together. */
export const halvesDiffer = () =>
  keyInvalid('private_key', 'is damaged: its private half does not belong to its public half')
