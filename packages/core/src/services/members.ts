import {
  type CallOptions,
  type DeletedMember,
  type Member,
  type MemberQuery,
  type MemberRow,
  type MembersApi,
  memberQuery,
  type Page,
  type Role,
  type SetMember,
  setMember,
  type UserRow,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { Where } from '../ports/index.ts'
import type { CallerSession } from '../rights/caller-storage.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { AuditSubject } from './audit-log.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import { findProject, findRepo, findUser, parseId } from './find-or-refuse.ts'
import { refuseLastAdmin } from './last-admin.ts'
import { showWithOwners } from './owners.ts'
import { findBatches, findPage } from './pages.ts'
import { type Needed, projectFor, repoFor, toAdminister, toRead } from './repo-roles.ts'

type Column = 'repo_id' | 'project_id'

/** A user, and the role that they are to have. */
export interface GivenMember {
  readonly user_id: number
  readonly role: Role
}

const kinds = {
  repo: { column: 'repo_id', object_type: 'member', noun: 'repository', find: findRepo, findFor: repoFor },
  project: {
    column: 'project_id',
    object_type: 'project_member',
    noun: 'project',
    find: findProject,
    findFor: projectFor,
  },
} as const

/** The users who have a role in a repository, or in a project. An audit entry names the one or the other by its id. */
export class MembersService implements MembersApi {
  readonly #context: ServiceContext
  readonly #kind: (typeof kinds)['repo'] | (typeof kinds)['project']

  /** Of repositories, or of projects. */
  constructor(context: ServiceContext, owner: keyof typeof kinds) {
    this.#context = context
    this.#kind = kinds[owner]
  }

  async list(ownerId: number, query: MemberQuery = {}, { signal }: CallOptions = {}): Promise<Page<Member>> {
    throwIfAborted(signal)
    const { name, ...paging } = parseInput(memberQuery, query)
    await this.#ownerFor(ownerId, toRead)
    const where = name === undefined ? this.#of(ownerId) : await this.#named(ownerId, name)
    const page = await findPage(this.#members, { where }, paging, { whole: false })
    return { ...page, items: await this.#answers(page.items) }
  }

  async *all(ownerId: number, { signal }: CallOptions = {}): AsyncGenerator<Member, void, undefined> {
    throwIfAborted(signal)
    await this.#ownerFor(ownerId, toRead)
    for await (const rows of findBatches(this.#members, { where: this.#of(ownerId) })) {
      for (const member of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield member
      }
    }
  }

  async set(
    ownerId: number,
    userId: number,
    input: SetMember,
    { signal }: CallOptions = {},
  ): Promise<Member> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    return audit.attempt(principal, this.#subject('update', ownerId), (draft) =>
      storage.transaction(async (session) => {
        draft.note({ details: { user_id: auditId(userId) } })
        await this.#ownerFor(ownerId, toAdminister, session)
        const { role } = parseInput(setMember, input)
        const user = await findUser(session, userId, 'user_id')
        const { before, member } = await this.#put(session, ownerId, user, role)
        draft.note({ details: { name: user.name, role, before } })
        await draft.write(session)
        return member
      }),
    )
  }

  /**
   * Makes users members or changes their roles, all of them or none, with one entry in the audit log.
   * @throws INVALID_INPUT, ROLE_MISSING, before any user is looked for; USER_NOT_FOUND with the field `members.0.user_id`;
   *   LAST_ADMIN
   */
  async setMany(
    ownerId: number,
    given: readonly GivenMember[],
    { signal }: CallOptions = {},
  ): Promise<Member[]> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    return audit.attempt(principal, this.#subject('update', ownerId), (draft) =>
      storage.transaction(async (session) => {
        draft.note({ details: { user_ids: given.map(({ user_id }) => auditId(user_id)) } })
        await this.#ownerFor(ownerId, toAdminister, session)
        const asked = []
        for (const [index, { user_id, role }] of given.entries()) {
          const user = await session.collection('users').get(parseId(user_id, `members.${index}.user_id`))
          if (!user) throw noUser(`members.${index}.user_id`)
          asked.push({ user, role: parseInput(setMember, { role }).role })
        }
        const made: Member[] = []
        const noted = []
        for (const { role, user } of asked) {
          const { before, member } = await this.#put(session, ownerId, user, role)
          made.push(member)
          noted.push({ user_id: user.id, name: user.name, role, before })
        }
        draft.note({ details: { members: noted } })
        await draft.write(session)
        return made
      }),
    )
  }

  async delete(ownerId: number, userId: number, { signal }: CallOptions = {}): Promise<DeletedMember> {
    const { audit, principal, storage } = this.#context
    throwIfAborted(signal)
    await audit.attempt(principal, this.#subject('delete', ownerId), (draft) =>
      storage.transaction(async (session) => {
        draft.note({ details: { user_id: auditId(userId) } })
        const user_id = parseId(userId, 'user_id')
        const isLeaving = (await storedUserOf(principal, session))?.id === user_id
        if (isLeaving) await this.#kind.find(session, ownerId)
        else await this.#ownerFor(ownerId, toAdminister, session)
        const members = session.collection('members')
        const [row] = await members.find({ where: { ...this.#of(ownerId), user_id }, limit: 1 })
        if (!row) throw notFound(this.#kind.noun, ownerId, user_id)
        await this.#refuseLastAdmin(session, row)
        const user = await session.collection('users').get(user_id)
        draft.note({ details: { name: user?.name ?? null, before: row.role } })
        await members.delete(row.id)
        await draft.write(session)
      }),
    )
    return { user_id: userId, deleted: true }
  }

  async #put(
    session: CallerSession,
    ownerId: number,
    { id: user_id, name }: UserRow,
    role: Role,
  ): Promise<{ readonly before: Role | null; readonly member: Member }> {
    const members = session.collection('members')
    const [before] = await members.find({ where: { ...this.#of(ownerId), user_id }, limit: 1 })
    if (before) await this.#refuseLastAdmin(session, before, role)
    const row = before
      ? await members.update(before.id, { role })
      : await members.insert({
          ...{ repo_id: null, project_id: null, [this.#kind.column]: ownerId },
          ...{ user_id, role, created_at: new Date(this.#context.clock.now()).toISOString() },
        })
    return { before: before?.role ?? null, member: toMember({ ...(row ?? before)!, role }, name) }
  }

  get #members() {
    return this.#context.storage.collection('members')
  }

  #of(ownerId: number): Pick<Where<MemberRow>, Column> {
    return { [this.#kind.column]: ownerId }
  }

  /** The members whose names hold a piece of text; a user is called in lower case. */
  async #named(ownerId: number, piece: string): Promise<Where<MemberRow>> {
    const ids = (await this.#members.find({ where: this.#of(ownerId) })).map((row) => row.user_id)
    const where = { id: { in: ids }, name: { contains: piece.toLowerCase() } }
    const found = await this.#context.storage.collection('users').find({ where })
    return { ...this.#of(ownerId), user_id: { in: found.map((user) => user.id) } }
  }

  async #ownerFor(
    ownerId: number,
    needed: Needed,
    storage: CallerSession = this.#context.storage,
  ): Promise<void> {
    await this.#kind.findFor({ principal: this.#context.principal, storage }, ownerId, needed)
  }

  async #refuseLastAdmin(session: CallerSession, row: MemberRow, role?: MemberRow['role']): Promise<void> {
    const { principal } = this.#context
    await refuseLastAdmin(session, { row, role, principal, noun: this.#kind.noun })
  }

  #subject(type: AuditSubject['type'], ownerId: number): AuditSubject {
    return { type, object_type: this.#kind.object_type, object_id: auditId(ownerId) }
  }

  #answers(rows: readonly MemberRow[]): Promise<Member[]> {
    return showWithOwners(this.#context.storage, rows, toMember)
  }
}

const toMember = ({ user_id, role, created_at }: MemberRow, name: string): Member => ({
  user_id,
  name,
  role,
  created_at,
})

const noUser = (field: string): GitferryError =>
  new GitferryError('USER_NOT_FOUND', `${field}: there is no user of this id.`, { details: { field } })

const notFound = (noun: string, ownerId: number, userId: number): GitferryError =>
  new GitferryError(
    'MEMBER_NOT_FOUND',
    `user_id: the user with the id ${userId} is no member of the ${noun} ${ownerId}.`,
    { details: { field: 'user_id', id: userId } },
  )
