import type { Principal, TokenRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { areCredentialsAsked } from './credentials-asked.ts'
import { isSecretOf, readTokenText, tokenPrefix } from './token-text.ts'
import { touchLastUsed } from './touch-last-used.ts'

interface Deps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly logger: Logger
}

/** Compared with where no token is found: of no secret that anybody has. */
const hashOfNothing = '0'.repeat(64)

/** Tells who a caller is by what they show. */
export class Authenticator {
  readonly #deps: Deps
  #asks = false
  /** The tokens whose last use is being written. */
  readonly #touching = new Set<number>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * The principal of a token. What is wrong with one is not told, but for an expired one whose secret is right.
   * @throws UNAUTHENTICATED
   */
  async authenticate(text: string): Promise<Principal> {
    const row = await this.#find(text)
    const [user] = row
      ? await this.#deps.storage.collection('users').find({ where: { id: row.user_id } })
      : []
    if (!row || !user) {
      throw new GitferryError(
        'UNAUTHENTICATED',
        'The token is not known here, or was revoked. Show another one; `gitferry token create` makes one.',
      )
    }
    if (row.expires_at !== null && Date.parse(row.expires_at) <= this.#deps.clock.now()) {
      throw new GitferryError(
        'UNAUTHENTICATED',
        `The token "${tokenPrefix(row.public_id)}" expired at ${row.expires_at}. Show another one; \`gitferry token create\` makes one.`,
      )
    }
    await this.#touch(row)
    const credential = { type: 'token', id: row.id } as const
    return { user: user.name, scope: row.scope, repoIds: row.repo_ids, credential }
  }

  /** Whether callers must show a credential. Once they must, they always must, so only that is remembered. */
  async asksForCredentials(): Promise<boolean> {
    this.#asks ||= await areCredentialsAsked(this.#deps.storage)
    return this.#asks
  }

  /** Many may come at once after a quiet minute: one waits for the disk, and no other. */
  async #touch(row: TokenRow): Promise<void> {
    if (this.#touching.has(row.id)) return
    this.#touching.add(row.id)
    await touchLastUsed('tokens', row, this.#deps).finally(() => this.#touching.delete(row.id))
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
