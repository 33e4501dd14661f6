import {
  type AcceptHostKeyQuery,
  acceptHostKeyQuery,
  type CallOptions,
  type Deleted,
  type HostKey,
  type HostKeyRow,
  type HostKeysApi,
  type ImportHostKey,
  importHostKey,
  type Page,
  type PageQuery,
  pageQuery,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { fingerprintOf, type KnownHostKey } from '../git/ssh/host-key.ts'
import { type KnownHost, readKnownHostLine } from '../git/ssh/known-host-line.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { acceptHostKey } from './accept-host-key.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findHostKey } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'
import { pinHostKey } from './pin-host-key.ts'

const byHost = [{ by: 'host' }] as const

const toHostKey = ({ offers: _, version: __, ...shown }: HostKeyRow): HostKey => shown

const shown = ({ type, public_key }: KnownHostKey) => ({ type, fingerprint: fingerprintOf(public_key) })

/** The keys by which SSH servers are known, and those that they have shown instead. */
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

  async create(input: ImportHostKey, { signal }: CallOptions = {}): Promise<HostKey> {
    const { audit, clock, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'host_key', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const wanted = readKnownHost(input)
      const { host, port, type, public_key } = wanted
      draft.note({ details: { host, port, type, fingerprint: fingerprintOf(public_key) } })
      return storage.transaction(async (session) => {
        const { row, change, replaced } = await pinHostKey(session, wanted, { clock })
        draft.note({ type: change, object_id: row.id, details: { replaced: replaced.map(shown) } })
        await draft.write(session)
        return toHostKey(row)
      })
    })
  }

  async accept(id: number, query: AcceptHostKeyQuery = {}, { signal }: CallOptions = {}): Promise<HostKey> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'accept', object_type: 'host_key', object_id: auditId(id) } as const
    return audit.attempt(principal, subject, async (draft) => {
      const { fingerprint } = parseInput(acceptHostKeyQuery, query)
      return storage.transaction(async (session) => {
        const found = await findHostKey(session, id)
        const { host, port, offered } = found
        draft.note({ details: { host, port, ...shown(offered ?? found) } })
        const { row, replaced } = await acceptHostKey(session, found, fingerprint)
        draft.note({ details: { replaced: replaced.map(shown) } })
        await draft.write(session)
        return toHostKey(row)
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'host_key', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, async (draft) => {
      await storage.transaction(async (session) => {
        const row = await findHostKey(session, id)
        const { host, port } = row
        draft.note({ details: { host, port, ...shown(row) } })
        await session.collection('host_keys').delete(id)
        await draft.write(session)
      })
    })
    return { id, deleted: true }
  }
}

/** @throws INVALID_INPUT naming `known_host` */
function readKnownHost(input: ImportHostKey): KnownHost {
  const read = readKnownHostLine(parseInput(importHostKey, input).known_host)
  if (!('problem' in read)) return read
  throw new GitferryError('INVALID_INPUT', `known_host: must ${read.problem}.`, {
    details: { field: 'known_host' },
  })
}
