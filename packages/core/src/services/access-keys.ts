import {
  type AccessKey,
  type AccessKeyRow,
  type AccessKeysApi,
  type CallOptions,
  type CreateAccessKey,
  type CreatedAccessKey,
  createAccessKey,
  type Deleted,
  type Page,
  type PageQuery,
  pageQuery,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { newAccessKeyText } from './access-key-text.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findAccessKey } from './find-or-refuse.ts'
import { newGrant } from './new-grant.ts'
import { ownersOf, showWithOwners } from './owners.ts'
import { findBatches, findPage } from './pages.ts'
import { refuseTakenGrant } from './refuse-taken-grant.ts'
import type { SealedPlace } from './sealed-values.ts'
import { toAccessKey } from './to-access-key.ts'

/** Where the secret of an access key is sealed for: it signs, so it is needed again, and a hash would not do. */
export const accessKeyPlace = (id: number): SealedPlace => ({
  table: 'access_keys',
  column: 'sealed_secret',
  id,
})

/** Pairs of keys with which requests are signed. A secret is in the answer that makes it, and nowhere else. */
export class AccessKeysService implements AccessKeysApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<AccessKey>> {
    throwIfAborted(signal)
    const keys = this.#context.storage.collection('access_keys')
    const page = await findPage(keys, {}, parseInput(pageQuery, query), { whole: false })
    return { ...page, items: await this.#answers(page.items) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<AccessKey, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#context.storage.collection('access_keys'), {})) {
      for (const key of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield key
      }
    }
  }

  async create(input: CreateAccessKey, { signal }: CallOptions = {}): Promise<CreatedAccessKey> {
    const { audit, principal, sealed, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'access_key', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const given = parseInput(createAccessKey, input)
      const { name, scope } = given
      draft.note({ details: { name, scope } })
      return storage.transaction(async (session) => {
        const { owner, isNewOwner, fields } = await newGrant(session, given, this.#context)
        const { repo_ids, expires_at } = fields
        const user = owner.name
        const { access_key_id, secret_access_key } = newAccessKeyText()
        draft.note({
          details: { user, ...(isNewOwner && { user_created: true }), access_key_id, repo_ids, expires_at },
        })
        await refuseTakenGrant(session, 'access_keys', { name, owner })
        const keys = session.collection('access_keys')
        // the seal holds for the row's id, which only the insert gives
        const row = await keys.insert({ ...fields, access_key_id, sealed_secret: '' })
        await keys.update(row.id, { sealed_secret: sealed.seal(secret_access_key, accessKeyPlace(row.id)) })
        draft.note({ object_id: row.id })
        await draft.write(session)
        return { ...toAccessKey(row, user), secret_access_key }
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'access_key', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const row = await findAccessKey(session, id)
        const user = (await ownersOf(session, [row])).get(row.user_id) ?? null
        draft.note({ details: { name: row.name, user, access_key_id: row.access_key_id } })
        await session.collection('access_keys').delete(id)
        await draft.write(session)
      }),
    )
    return { id, deleted: true }
  }

  #answers(rows: readonly AccessKeyRow[]): Promise<AccessKey[]> {
    return showWithOwners(this.#context.storage, rows, toAccessKey)
  }
}
