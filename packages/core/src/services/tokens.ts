import type { ZodType } from 'zod'
import {
  type CallOptions,
  type CreatedToken,
  type CreateToken,
  type CreateTokenFor,
  createToken,
  createTokenFor,
  type Deleted,
  type Grant,
  type Page,
  type PageQuery,
  pageQuery,
  type Token,
  type TokenRow,
  type TokensApi,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { askForCredentials } from './credentials-asked.ts'
import { findToken } from './find-or-refuse.ts'
import { newGrant, type OwnerByName } from './new-grant.ts'
import { ownersOf, showWithOwners } from './owners.ts'
import { findBatches, findPage } from './pages.ts'
import { refuseTakenGrant } from './refuse-taken-grant.ts'
import { toToken } from './to-token.ts'
import { hashOfSecret, newTokenText, writeTokenText } from './token-text.ts'

/** What callers show to be let in. The text of a token is in the answer that makes it, and nowhere else. */
export class TokensService implements TokensApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Token>> {
    throwIfAborted(signal)
    const tokens = this.#context.storage.collection('tokens')
    const page = await findPage(tokens, {}, parseInput(pageQuery, query), { whole: false })
    return { ...page, items: await this.#answers(page.items) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Token, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#context.storage.collection('tokens'), {})) {
      for (const token of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield token
      }
    }
  }

  create(input: CreateToken, options?: CallOptions): Promise<CreatedToken> {
    return this.#create(createToken, input, options)
  }

  /**
   * As `create`, for the user of a name, who is made where there is none: both are made, or neither.
   * @throws INVALID_INPUT, REPO_NOT_FOUND, TOKEN_EXISTS
   */
  createFor(input: CreateTokenFor, options?: CallOptions): Promise<CreatedToken> {
    return this.#create(createTokenFor, input, options)
  }

  async #create<Input>(
    schema: ZodType<Grant & OwnerByName, Input>,
    input: Input,
    { signal }: CallOptions = {},
  ): Promise<CreatedToken> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'token', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const given = parseInput(schema, input)
      const { name, scope } = given
      draft.note({ details: { name, scope } })
      return storage.transaction(async (session) => {
        const { owner, isNewOwner, fields } = await newGrant(session, given, this.#context)
        const { repo_ids, expires_at } = fields
        const user = owner.name
        draft.note({ details: { user, ...(isNewOwner && { user_created: true }), repo_ids, expires_at } })
        await refuseTakenGrant(session, 'tokens', { name, owner })
        const text = newTokenText()
        const secret_hash = hashOfSecret(text.secret)
        const row = await session
          .collection('tokens')
          .insert({ ...fields, public_id: text.publicId, secret_hash })
        await askForCredentials(session)
        draft.note({ object_id: row.id })
        await draft.write(session)
        return { ...toToken(row, user), token: writeTokenText(text) }
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'token', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const row = await findToken(session, id)
        const user = (await ownersOf(session, [row])).get(row.user_id) ?? null
        draft.note({ details: { name: row.name, user } })
        await session.collection('tokens').delete(id)
        await draft.write(session)
      }),
    )
    return { id, deleted: true }
  }

  #answers(rows: readonly TokenRow[]): Promise<Token[]> {
    return showWithOwners(this.#context.storage, rows, toToken)
  }
}
