import {
  type CallOptions,
  type CreateCredential,
  type Credential,
  type CredentialRow,
  type CredentialsApi,
  createCredential,
  type Deleted,
  type Page,
  type PageQuery,
  pageQuery,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { checkCredentialOrigin } from '../git/credential-origin.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'
import { tokenUsername } from '../git/token-username.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findCredential } from './find-or-refuse.ts'
import { findBatches, findPage } from './pages.ts'
import { type NewCredential, restoreCredential } from './store-credential.ts'
import { toCredential } from './to-credential.ts'
import { namesOfUsers, remedyFor, usersOfCredential, usersOfCredentials } from './used-by.ts'

/** Users with passwords, and tokens, for remotes over HTTP(S). A secret goes in and never comes out. */
export class CredentialsService implements CredentialsApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Credential>> {
    throwIfAborted(signal)
    const { storage } = this.#context
    const paging = parseInput(pageQuery, query)
    const rows = await findPage(storage.collection('credentials'), {}, paging, { whole: false })
    return { ...rows, items: await this.#answers(rows.items) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Credential, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#context.storage.collection('credentials'), {})) {
      for (const credential of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield credential
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Credential> {
    throwIfAborted(signal)
    return (await this.#answers([await findCredential(this.#context.storage, id)]))[0]!
  }

  async create(input: CreateCredential, { signal }: CallOptions = {}): Promise<Credential> {
    const { audit, clock, events, principal, sealed, settings, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'credential', object_id: null } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const wanted = newCredential(input, settings)
      const { name, type, origin } = wanted
      draft.note({ details: { name, type, origin } })
      sealed.require()
      return storage.transaction(async (session) => {
        const { row, replaced } = await restoreCredential(session, wanted, { clock, sealed })
        draft.note({ type: replaced ? 'update' : 'create', object_id: row.id })
        await draft.write(session)
        return row
      })
    })
    const credential = (await this.#answers([row]))[0]!
    events.emit('credential.created', { credential })
    return credential
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, events, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'credential', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, async (draft) => {
      const { name } = await findCredential(storage, id)
      draft.note({ details: { name } })
      await storage.transaction(async (session) => {
        const row = await findCredential(session, id)
        const users = await usersOfCredential(session, id)
        if (users.length > 0) {
          throw new GitferryError(
            'CREDENTIAL_IN_USE',
            `The credential "${row.name}" is used by ${namesOfUsers(users)}; ${remedyFor(users, 'another one')}.`,
            { details: { id, users } },
          )
        }
        await session.collection('credentials').delete(id)
        await draft.write(session)
      })
    })
    events.emit('credential.deleted', { id })
    return { id, deleted: true }
  }

  async #answers(rows: readonly CredentialRow[]): Promise<Credential[]> {
    const ids = rows.map((row) => row.id)
    const users = await usersOfCredentials(this.#context.storage, ids)
    return rows.map((row) => toCredential(row, users.get(row.id) ?? []))
  }
}

/** @throws INVALID_INPUT, URL_FORBIDDEN */
function newCredential(input: CreateCredential, policy: RemoteUrlPolicy): NewCredential {
  const given = parseInput(createCredential, input)
  const checked = checkCredentialOrigin(given.origin, policy)
  if ('problem' in checked) {
    throw new GitferryError(
      checked.isForbidden ? 'URL_FORBIDDEN' : 'INVALID_INPUT',
      `origin: ${checked.problem}`,
      { details: { field: 'origin' } },
    )
  }
  const { name, type } = given
  const { origin, host } = checked
  const fields = { name, type, origin, source: 'api' } as const
  return given.type === 'password'
    ? { ...fields, username: given.username, secret: given.password }
    : { ...fields, username: given.username ?? tokenUsername(host), secret: given.token }
}
