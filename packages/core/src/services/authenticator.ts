import type { AccessKeyRow, Principal, PublicKeyRow, TokenRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { fingerprintOfBlob } from '../keys/parse-public-key.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { readSignatureClaim } from '../signature/signature-claim.ts'
import { problemWithSignature, type SignedRequest } from '../signature/verify-signature.ts'
import { accessKeyPlace } from './access-keys.ts'
import { areCredentialsAsked } from './credentials-asked.ts'
import { type KeyHolder, type OfferedPublicKey, type PublicKeyOptions, principalOfKey } from './key-holder.ts'
import type { SealedValues } from './sealed-values.ts'
import { refusedBody, refusedClaim, unknownSignature } from './signature-refusals.ts'
import { isSecretOf, readTokenText, tokenPrefix } from './token-text.ts'
import { touchLastUsed } from './touch-last-used.ts'

interface Deps {
  readonly storage: ManagedStorage
  readonly sealed: SealedValues
  readonly clock: Clock
  readonly logger: Logger
}

/** A request that came with a signature; its body is asked for when the access key may sign, and then once. */
export interface IncomingSignedRequest extends Omit<SignedRequest, 'body'> {
  readonly body: Uint8Array | (() => Promise<Uint8Array>)
}

/** Compared with where no token is found: of no secret that anybody has. */
const hashOfNothing = '0'.repeat(64)
/** Signs where no access key is found; as long as theirs. */
const secretOfNobody = '0'.repeat(40)
/** No row has this id. */
const nobody = 0

/** Tells who a caller is by what they show. */
export class Authenticator {
  readonly #deps: Deps
  #asks = false
  /** The tokens and keys whose last use is being written, as `tokens:7`. */
  readonly #touching = new Set<string>()
  #sealedSecretOfNobody: string | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The principal of a token. What is wrong with one is not told, but for an expired one whose secret is right.
   * @throws UNAUTHENTICATED with `details.reason`: `not_found` or, with `details.expires_at`, `expired`
   */
  async authenticate(text: string): Promise<Principal> {
    const row = await this.#find(text)
    const user = row && (await this.#userOf(row.user_id))
    if (!row || !user) {
      throw new GitferryError(
        'UNAUTHENTICATED',
        'The token is not known here, or was revoked. Show another one; `gitferry token create` makes one.',
        { details: { reason: 'not_found' } },
      )
    }
    const { expires_at } = row
    if (this.#isOver(expires_at)) {
      throw new GitferryError(
        'UNAUTHENTICATED',
        `The token "${tokenPrefix(row.public_id)}" expired at ${expires_at}. Show another one; \`gitferry token create\` makes one.`,
        { details: { reason: 'expired', expires_at } },
      )
    }
    await this.#touch('tokens', row)
    const credential = { type: 'token', id: row.id } as const
    return { user: user.name, scope: row.scope, repoIds: row.repo_ids, credential }
  }

  /**
   * The principal of the access key that a request is signed by. Strangers are not to be told by the message which keys
   * there are; `details.reason` says it to whoever asks in process. The body is asked for when a key of this id may sign,
   * and no body of anybody else: to take it in is what costs. An expired key is so told to be one by a request without
   * a body, or whose body is there.
   * @throws UNAUTHENTICATED with `details.reason`: `not_found`, `signature`, `too_old` when its date is more than 15
   *   minutes from now, either way, or `expired`, with `details.expires_at`, when the signature is good; and what
   *   reading the body throws
   */
  async authenticateSignature({ body, ...request }: IncomingSignedRequest): Promise<Principal> {
    const read = readSignatureClaim(request.headers, this.#deps.clock.now())
    if (!read.claim) throw refusedClaim(read.problem, this.#deps.clock.now())
    const where = { access_key_id: read.claim.accessKeyId }
    const [row] = await this.#deps.storage.collection('access_keys').find({ where, limit: 1 })
    // the same is asked for, opened and computed where there is no such key
    const user = await this.#userOf(row?.user_id ?? nobody)
    const secret = this.#secretOf(row)
    const isOver = row !== undefined && this.#isOver(row.expires_at)
    const unread = typeof body === 'function' && (!row || !user || isOver)
    const bytes = unread ? new Uint8Array() : typeof body === 'function' ? await body() : body
    const problem = problemWithSignature(read.claim, { ...request, body: bytes }, secret)
    if (!row || !user) throw unknownSignature('not_found')
    if (problem === 'body' && !unread) throw refusedBody()
    if (problem) throw unknownSignature('signature')
    const { access_key_id, expires_at } = row
    if (isOver) {
      throw new GitferryError(
        'UNAUTHENTICATED',
        `The access key "${access_key_id}" expired at ${expires_at}. Sign with another one.`,
        { details: { reason: 'expired', expires_at } },
      )
    }
    await this.#touch('access_keys', row)
    const credential = { type: 'access_key', id: row.id } as const
    return { user: user.name, scope: row.scope, repoIds: row.repo_ids, credential }
  }

  /**
   * Whom a public key stands for: a user, who may do what their roles give, or a deploy key at each of its repositories.
   * `undefined`: it is not known here. Its use is recorded, unless the caller has yet to show the private half.
   */
  async authenticatePublicKey(
    { blob }: OfferedPublicKey,
    { isProven = true }: PublicKeyOptions = {},
  ): Promise<KeyHolder | undefined> {
    const where = { fingerprint: fingerprintOfBlob(blob) }
    const rows = await this.#deps.storage.collection('public_keys').find({ where })
    const principals: Principal[] = []
    for (const row of rows) {
      const principal = await principalOfKey(row, this.#deps.storage)
      if (principal === undefined) continue
      principals.push(principal)
      if (isProven) await this.#touch('public_keys', row)
    }
    return principals.length === 0 ? undefined : { principals }
  }

  /** Whether callers must show a credential. Once they must, they always must, so only that is remembered. */
  async asksForCredentials(): Promise<boolean> {
    this.#asks ||= await areCredentialsAsked(this.#deps.storage)
    return this.#asks
  }

  /** Many may come at once after a quiet minute: one waits for the disk, and no other. */
  async #touch(
    table: 'tokens' | 'access_keys' | 'public_keys',
    row: TokenRow | AccessKeyRow | PublicKeyRow,
  ): Promise<void> {
    const name = `${table}:${row.id}`
    if (this.#touching.has(name)) return
    this.#touching.add(name)
    await touchLastUsed(table, row, this.#deps).finally(() => this.#touching.delete(name))
  }

  #isOver(expires_at: string | null): boolean {
    return expires_at !== null && Date.parse(expires_at) <= this.#deps.clock.now()
  }

  async #userOf(id: number) {
    const [user] = await this.#deps.storage.collection('users').find({ where: { id } })
    return user
  }

  /** @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE of a key that is there */
  #secretOf(row: AccessKeyRow | undefined): string {
    const { sealed } = this.#deps
    if (row) return sealed.unseal(row.sealed_secret, accessKeyPlace(row.id))
    // nothing can be sealed here, so there are no access keys to be told apart
    if (!sealed.available) return secretOfNobody
    this.#sealedSecretOfNobody ??= sealed.seal(secretOfNobody, accessKeyPlace(nobody))
    return sealed.unseal(this.#sealedSecretOfNobody, accessKeyPlace(nobody))
  }

  async #find(text: string): Promise<TokenRow | undefined> {
    const shown = readTokenText(text)
    if (!shown) return undefined
    const where = { public_id: shown.publicId }
    const [row] = await this.#deps.storage.collection('tokens').find({ where, limit: 1 })
    // also where there is none, so that the time taken tells nothing of which ids there are
    const isRight = isSecretOf(row?.secret_hash ?? hashOfNothing, shown.secret)
    return isRight ? row : undefined
  }
}
