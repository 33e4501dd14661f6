import {
  type CallOptions,
  type CreateUser,
  createUser,
  type Deleted,
  type Page,
  type PageQuery,
  pageQuery,
  type User,
  type UserRow,
  type UsersApi,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findUser } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'

/** What goes with a user. */
const ownedTables = ['tokens', 'access_keys', 'members', 'public_keys'] as const

/** In whose name requests are made. */
export class UsersService implements UsersApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<User>> {
    throwIfAborted(signal)
    const users = this.#context.storage.collection('users')
    const page = await findPage(users, {}, parseInput(pageQuery, query), { whole: false })
    return { ...page, items: page.items.map(toUser) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<User, void, undefined> {
    throwIfAborted(signal)
    for await (const row of findAll(this.#context.storage.collection('users'), {})) {
      throwIfAborted(signal)
      yield toUser(row)
    }
  }

  async create(input: CreateUser, { signal }: CallOptions = {}): Promise<User> {
    const { audit, clock, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'user', object_id: null } as const
    return audit.attempt(principal, subject, async (draft) => {
      const { name } = parseInput(createUser, input)
      draft.note({ details: { name } })
      return storage.transaction(async (session) => {
        const users = session.collection('users')
        const [taken] = await users.find({ where: { name }, limit: 1 })
        if (taken) {
          throw new GitferryError(
            'USER_EXISTS',
            `name: "${name}" is taken by the user with the id ${taken.id}; give another name, or use that one.`,
            { details: { field: 'name', id: taken.id } },
          )
        }
        const row = await users.insert({ name, created_at: new Date(clock.now()).toISOString() })
        draft.note({ object_id: row.id })
        await draft.write(session)
        return toUser(row)
      })
    })
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'user', object_id: auditId(id) } as const
    await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const { name } = await findUser(session, id)
        draft.note({ details: { name } })
        for (const table of ownedTables) {
          const deleted = await session.collection(table).deleteWhere({ user_id: id })
          draft.note({ details: { [table]: deleted } })
        }
        await session.collection('users').delete(id)
        await draft.write(session)
      }),
    )
    return { id, deleted: true }
  }
}

const toUser = ({ version: _, ...shown }: UserRow): User => shown
