import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { GitferryError } from '@gitferry/core/errors'
import type { SecretBox } from '@gitferry/core/ports'
import { openKeyFile } from './key-file.ts'
import { readSecretKey, type SecretKey } from './secret-key.ts'

/** A secret key: its 32 bytes, or their base64 text (`openssl rand -base64 32`). */
export type GivenKey = Uint8Array | string

export interface AesGcmSecretsOptions {
  /** The key. Either this or `keyFile`. */
  readonly key?: GivenKey | undefined
  /** The file that holds the key in base64; made once, with mode 0600, where there is none. Either this or `key`. */
  readonly keyFile?: string | undefined
  /** Keys of before: what they sealed still opens, nothing more is sealed with them. Default: none. */
  readonly oldKeys?: readonly GivenKey[] | undefined
}

/**
 * Seals with AES-256-GCM under one key in this process.
 * @throws INVALID_INPUT naming the option
 * @example
 * createGitferry({ storage, secrets: aesGcmSecrets({ keyFile: '/var/lib/gitferry/secret.key' }) })
 */
export function aesGcmSecrets(options: AesGcmSecretsOptions): SecretBox {
  const { key, keyFile, oldKeys = [] } = options
  if ((key === undefined) === (keyFile === undefined)) {
    throw refused('key', 'either key or keyFile must be given, and not both')
  }
  if (keyFile === '') throw refused('keyFile', 'must name a file')
  return new AesGcmSecrets({
    current: key === undefined ? keyFile! : check(key, 'key'),
    old: oldKeys.map((old, index) => check(old, `oldKeys.${index}`)),
  })
}

function check(given: GivenKey, field: string): SecretKey {
  const key = readSecretKey(given)
  if (key !== undefined) return key
  throw refused(field, 'must be 32 bytes, or their base64 text')
}

const refused = (field: string, problem: string) =>
  new GitferryError('INVALID_INPUT', `${field}: ${problem}`, { details: { field } })

// NIST SP 800-38D: 96 bits of IV, drawn at random, are safe for 2^32 texts under one key
const cipher = 'aes-256-gcm'
const ivBytes = 12
/** Without it Node takes a tag of 4 bytes too, which can be guessed. */
const authTagLength = 16

/** `v1.<id of the key>.<iv>.<ciphertext>.<tag>`, each in base64url. */
const format = /^v1\.([\w-]{11})\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/

class AesGcmSecrets implements SecretBox {
  readonly name = 'aes-gcm'
  readonly #keys: Map<string, SecretKey>
  readonly #file: string | undefined
  #current: SecretKey | undefined

  constructor({
    current,
    old,
  }: { readonly current: SecretKey | string; readonly old: readonly SecretKey[] }) {
    this.#keys = new Map(old.map((key) => [key.id, key]))
    this.#file = typeof current === 'string' ? current : undefined
    if (typeof current !== 'string') this.#use(current)
  }

  async open(): Promise<void> {
    if (this.#file !== undefined && this.#current === undefined) this.#use(await openKeyFile(this.#file))
  }

  seal(secret: string, associated: string): string {
    const { id, key } = this.#opened()
    const iv = randomBytes(ivBytes)
    const sealing = createCipheriv(cipher, key, iv, { authTagLength })
    sealing.setAAD(place(id, associated))
    const text = Buffer.concat([sealing.update(secret, 'utf8'), sealing.final()])
    return `v1.${id}.${[iv, text, sealing.getAuthTag()].map((part) => part.toString('base64url')).join('.')}`
  }

  unseal(sealed: string, associated: string): string {
    this.#opened()
    const [, id = '', iv = '', text = '', tag = ''] = format.exec(sealed) ?? []
    if (id === '') throw unreadable('is not in the form in which gitferry seals')
    const named = this.#keys.get(id)
    if (named === undefined) throw unreadable('was sealed with a key that is not configured')
    const opening = createDecipheriv(cipher, named.key, bytes(iv), { authTagLength })
    opening.setAAD(place(id, associated))
    opening.setAuthTag(bytes(tag))
    try {
      // nothing of it is used before final() has found it whole
      return Buffer.concat([opening.update(bytes(text)), opening.final()]).toString('utf8')
    } catch {
      throw unreadable('was altered, or was sealed for another place')
    }
  }

  isStale(sealed: string): boolean {
    return format.exec(sealed)?.[1] !== this.#opened().id
  }

  #use(key: SecretKey): void {
    this.#current = key
    this.#keys.set(key.id, key)
  }

  #opened(): SecretKey {
    if (this.#current !== undefined) return this.#current
    throw new GitferryError('SECRETS_UNAVAILABLE', 'The secret key has not been read yet: call open() first.')
  }
}

const bytes = (base64url: string): Buffer => Buffer.from(base64url, 'base64url')

/** Bound to its place and its key: the latter too, so that no header can be swapped. */
const place = (id: string, associated: string): Buffer =>
  Buffer.from(`gitferry v1 ${id} ${associated}`, 'utf8')

const unreadable = (problem: string) =>
  new GitferryError(
    'SECRET_UNREADABLE',
    `A stored secret ${problem}. Start with the key that sealed it, or give that key among the old ones.`,
  )
