import { type Grant, type UserRow, userName } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { storedUserOf } from './caller-user.ts'
import type { ServiceContext } from './context.ts'
import { findUser } from './find-or-refuse.ts'

type Deps = Pick<ServiceContext, 'clock' | 'principal'>

/** What tokens and access keys alike are stored with. */
export interface NewGrant {
  readonly owner: UserRow
  /** Whether the user was made for it. */
  readonly isNewOwner: boolean
  readonly fields: Readonly<
    Pick<UserRow, 'created_at'> &
      Pick<Grant, 'name' | 'scope'> & {
        user_id: number
        repo_ids: number[] | null
        expires_at: string | null
        last_used_at: null
      }
  >
}

type Owner = Pick<NewGrant, 'owner' | 'isNewOwner'>

/** Whose it is to be, in the place of an id: the user of a name that is one, made where there is none. */
export interface OwnerByName {
  readonly user?: string | undefined
}

/**
 * What a caller asked for, as it is to be stored; to be called in the transaction that stores it.
 * @throws INVALID_INPUT, USER_NOT_FOUND, REPO_NOT_FOUND
 */
export async function newGrant(
  session: StorageSession,
  { name, scope, user_id, user, repo_ids, expires_at = null }: Grant & OwnerByName,
  { clock, principal }: Deps,
): Promise<NewGrant> {
  const now = clock.now()
  const created_at = new Date(now).toISOString()
  if (expires_at !== null && Date.parse(expires_at) <= now) {
    throw refused('expires_at', `must be later than now, ${created_at}`)
  }
  const reached = repo_ids ? await existingRepos(session, repo_ids) : null
  const { owner, isNewOwner } =
    user !== undefined
      ? await ownerOfName(session, user, created_at)
      : user_id != null
        ? { owner: await findUser(session, user_id, 'user_id'), isNewOwner: false }
        : await defaultOwner(session, { name, principal, created_at })
  return {
    owner,
    isNewOwner,
    fields: {
      user_id: owner.id,
      name,
      scope,
      repo_ids: reached,
      expires_at,
      last_used_at: null,
      created_at,
    },
  }
}

/** @throws REPO_NOT_FOUND */
async function existingRepos(session: StorageSession, given: readonly number[]): Promise<number[]> {
  const ids = [...new Set(given)]
  const repos = await session.collection('repos').find({ where: { id: { in: ids } } })
  const found = new Set(repos.map((repo) => repo.id))
  const missing = ids.find((id) => !found.has(id))
  if (missing === undefined) return ids
  throw new GitferryError('REPO_NOT_FOUND', `repo_ids: there is no repository with the id ${missing}.`, {
    details: { field: 'repo_ids', id: missing },
  })
}

/** Whose it is when nobody is named: the caller’s own, or that of a user of its very name. @throws INVALID_INPUT */
async function defaultOwner(
  session: StorageSession,
  { name, principal, created_at }: Pick<Grant, 'name'> & Pick<Deps, 'principal'> & { created_at: string },
): Promise<Owner> {
  const caller = await storedUserOf(principal, session)
  if (caller) return { owner: caller, isNewOwner: false }
  const asName = userName.safeParse(name)
  if (!asName.success) {
    throw refused(
      'user_id',
      `must be given: the caller is no stored user, and "${name}" can be no user’s name (it ${asName.error.issues[0]?.message})`,
    )
  }
  return ownerOfName(session, asName.data, created_at)
}

async function ownerOfName(session: StorageSession, name: string, created_at: string): Promise<Owner> {
  const users = session.collection('users')
  const [named] = await users.find({ where: { name }, limit: 1 })
  if (named) return { owner: named, isNewOwner: false }
  return { owner: await users.insert({ name, created_at }), isNewOwner: true }
}

const refused = (field: string, problem: string) =>
  new GitferryError('INVALID_INPUT', `${field}: ${problem}.`, { details: { field } })
