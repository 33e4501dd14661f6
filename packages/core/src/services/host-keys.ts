import {
  type CallOptions,
  type Deleted,
  type HostKey,
  type HostKeyRow,
  type HostKeysApi,
  type Page,
  type PageQuery,
  pageQuery,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { parseId } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'

const byHost = [{ by: 'host' }] as const

const toHostKey = ({ version: _, ...shown }: HostKeyRow): HostKey => shown

/** The keys by which SSH servers are known since their first contact. */
export class HostKeysService implements HostKeysApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<HostKey>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const hostKeys = this.#context.storage.collection('host_keys')
    const rows = await findPage(hostKeys, { order: byHost }, paging, { whole: false })
    return { ...rows, items: rows.items.map(toHostKey) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<HostKey, void, undefined> {
    throwIfAborted(signal)
    for await (const row of findAll(this.#context.storage.collection('host_keys'), { order: byHost })) {
      throwIfAborted(signal)
      yield toHostKey(row)
    }
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'host_key', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, async (draft) => {
      parseId(id)
      await storage.transaction(async (session) => {
        const row = await session.collection('host_keys').get(id)
        if (row === undefined) {
          throw new GitferryError('HOST_KEY_NOT_FOUND', `id: there is no host key with the id ${id}.`, {
            details: { field: 'id', id },
          })
        }
        const { host, port, type, fingerprint } = row
        draft.note({ details: { host, port, type, fingerprint } })
        await session.collection('host_keys').delete(id)
        await draft.write(session)
      })
    })
    return { id, deleted: true }
  }
}
