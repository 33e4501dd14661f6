import {
  type AddPublicKey,
  addPublicKey,
  type CallOptions,
  type Deleted,
  type Page,
  type PageQuery,
  type PublicKey,
  type PublicKeysApi,
  pageQuery,
  type UserRow,
  type VerifiedKey,
  type VerifyPrivateKey,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { parsePublicKey } from '../keys/parse-public-key.ts'
import type { StorageSession } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { holdsScope } from '../wire/index.ts'
import { auditId } from './audit-id.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import { findUser, parseId } from './find-or-refuse.ts'
import { findBatches, findPage } from './pages.ts'
import { publicKeyNotFound, refuseTakenKey } from './public-key-refusals.ts'
import { toPublicKey } from './to-public-key.ts'
import { verifyKey } from './verify-key.ts'

/** SSH public keys with which users sign in to hosted repositories. */
export class PublicKeysService implements PublicKeysApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<PublicKey>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const page = await findPage(this.#keys, { where: await this.#own() }, paging, { whole: false })
    return { ...page, items: page.items.flatMap(toPublicKey) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<PublicKey, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#keys, { where: await this.#own() })) {
      for (const key of rows.flatMap(toPublicKey)) {
        throwIfAborted(signal)
        yield key
      }
    }
  }

  async add(input: AddPublicKey, { signal }: CallOptions = {}): Promise<PublicKey> {
    const { audit, clock, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'public_key', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const { title, key, user_id } = parseInput(addPublicKey, input)
      draft.note({ details: { title } })
      const { type, line, fingerprint } = parsePublicKey(key)
      draft.note({ details: { type, fingerprint } })
      return storage.transaction(async (session) => {
        const owner = await this.#ownerOf(session, user_id)
        draft.note({ details: { user: owner.name } })
        const belongs = { user_id: owner.id, repo_id: null }
        await refuseTakenKey(session, fingerprint, belongs)
        const row = await session.collection('public_keys').insert({
          ...{ ...belongs, title, key: line, type, fingerprint, can_push: false, application: '' },
          ...{ last_used_at: null, created_at: new Date(clock.now()).toISOString() },
        })
        draft.note({ object_id: row.id })
        await draft.write(session)
        return { ...toPublicKey(row)[0]! }
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'public_key', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const keys = session.collection('public_keys')
        const row = await keys.get(parseId(id))
        const isOwn = row?.user_id === (await storedUserOf(principal, session))?.id
        // somebody else's is not there for whoever may not delete it
        if (row?.user_id == null || !(isOwn || this.#isAdmin)) throw publicKeyNotFound('id', id)
        const user = (await session.collection('users').get(row.user_id))?.name ?? null
        draft.note({ details: { title: row.title, fingerprint: row.fingerprint, user } })
        await keys.delete(id)
        await draft.write(session)
      }),
    )
    return { id, deleted: true }
  }

  async verify(repoId: number, input: VerifyPrivateKey, { signal }: CallOptions = {}): Promise<VerifiedKey> {
    throwIfAborted(signal)
    return verifyKey(repoId, input, this.#context, { signal })
  }

  get #keys() {
    return this.#context.storage.collection('public_keys')
  }

  get #isAdmin(): boolean {
    const { role, scope = 'admin' } = this.#context.principal
    return role === undefined && holdsScope(scope, 'admin')
  }

  async #own() {
    const user = await storedUserOf(this.#context.principal, this.#context.storage)
    return { user_id: { in: user ? [user.id] : [] } }
  }

  /** @throws FORBIDDEN, USER_NOT_FOUND */
  async #ownerOf(session: StorageSession, user_id: number | null | undefined): Promise<UserRow> {
    const caller = await storedUserOf(this.#context.principal, session)
    if (user_id == null) {
      if (caller) return caller
      throw new GitferryError(
        'USER_NOT_FOUND',
        'user_id: must be given, because the caller is no stored user.',
        { details: { field: 'user_id' } },
      )
    }
    if (caller?.id === user_id) return caller
    if (this.#isAdmin) return findUser(session, user_id, 'user_id')
    const held = this.#context.principal.scope ?? 'admin'
    throw new GitferryError(
      'FORBIDDEN',
      `user_id: a key of somebody else needs the scope "admin", and the caller has "${held}"; leave it out.`,
      { details: { field: 'user_id', needed: 'admin', held } },
    )
  }
}
