import { z } from 'zod'
import {
  type CallOptions,
  type CloneRepo,
  type CreateRepo,
  type Deleted,
  type ForkRepo,
  type Job,
  type Page,
  type RegisterRepo,
  type RemotesApi,
  type Repo,
  type RepoQuery,
  type RepoRow,
  type ReposApi,
  registerRepo,
  repoQuery,
  roles,
  type UpdateRepo,
  updateRepo,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { type AcceptCloneContext, acceptClone } from './accept-clone.ts'
import { announceLogins, namesOf } from './announce-logins.ts'
import { auditId } from './audit-id.ts'
import { createHosted } from './create-hosted.ts'
import { findRepo } from './find-or-refuse.ts'
import { fork } from './fork-repo.ts'
import { lookAtRepo, storeRepo } from './new-repo.ts'
import { findBatches, findPage } from './pages.ts'
import { RemotesService } from './remotes.ts'
import { repoKey } from './repo-key.ts'
import { refuseAccessBeyondScope, refuseTaken, refuseUnknownAccess, refuseUsed } from './repo-refusals.ts'
import { type Needed, repoFor, toAdminister, toRead } from './repo-roles.ts'
import { seenRepos } from './seen-repos.ts'
import { shownTo } from './shown-repo.ts'
import { toRepo, toRepos } from './to-repo.ts'

/** Who looks after a repository: its admins, and whoever may register one. */
const toLookAfter: Needed = { role: roles.admin, orScope: 'write' }

/** Whoever may register a repository may let go of it again; what is hosted is its owners’, and here alone. */
const toDelete = ({ is_hosted }: RepoRow): Needed => (is_hosted ? toAdminister : toLookAfter)

/** What goes with a repository. */
const ownedTables = ['remotes', 'members', 'public_keys', 'protected_refs'] as const

const deleteQuery = z.object({ drop_kept: z.boolean({ error: 'must be true or false' }).optional() })

/** Repositories that gitferry manages. */
export class ReposService implements ReposApi {
  readonly remotes: RemotesApi
  readonly #context: AcceptCloneContext

  constructor(context: AcceptCloneContext) {
    this.remotes = new RemotesService(context)
    this.#context = context
  }

  async list(query: RepoQuery = {}, { signal }: CallOptions = {}): Promise<Page<Repo>> {
    throwIfAborted(signal)
    const { name, project_id, ...paging } = parseInput(repoQuery, query)
    const asked = { project_id, ...(name !== undefined && { name: { contains: name } }) }
    const where = { ...(await seenRepos(this.#context)), ...asked }
    const rows = await findPage(this.#repos, { where }, paging, { whole: true })
    return { ...rows, items: (await toRepos(rows.items, this.#context)).map(this.#shown) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Repo, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#repos, { where: await seenRepos(this.#context) })) {
      for (const repo of await toRepos(rows, this.#context)) {
        throwIfAborted(signal)
        yield this.#shown(repo)
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Repo> {
    throwIfAborted(signal)
    return this.#shown(await toRepo(await repoFor(this.#context, id, toRead), this.#context))
  }

  async register(input: RegisterRepo, { signal }: CallOptions = {}): Promise<Repo> {
    const { audit, events, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'repo', object_id: null } as const
    const { repo, logins } = await audit.attempt(principal, subject, async (draft) => {
      const { path, name, ssh_key_id = null, credential_id = null } = parseInput(registerRepo, input)
      await refuseUnknownAccess(storage, { ssh_key_id, credential_id })
      const onFound = async (found: Pick<RepoRow, 'name' | 'path'>) => {
        draft.note({ details: { name: found.name, path: found.path } })
        await refuseTaken(storage, found)
      }
      const given = { name, ssh_key_id, credential_id }
      const found = await lookAtRepo(path, given, this.#context, { signal, onFound })
      const stored = await storage.transaction(async (session) => {
        const stored = await storeRepo(session, found, principal, this.#context)
        draft.note({ object_id: stored.repo.id })
        if (stored.logins.length > 0) draft.note({ details: { credentials: namesOf(stored.logins) } })
        await draft.write(session)
        return stored
      })
      return {
        repo: await toRepo(stored.repo, this.#context, stored.remotes),
        logins: stored.logins,
      }
    })
    await announceLogins(logins, this.#context)
    events.emit('repo.registered', { repo })
    return repo
  }

  async update(id: number, input: UpdateRepo, { signal }: CallOptions = {}): Promise<Repo> {
    const { audit, clock, events, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'update', object_type: 'repo', object_id: auditId(id) } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const before = await repoFor(this.#context, id, toLookAfter)
      const given = parseInput(updateRepo, input)
      const { name } = given
      refuseAccessBeyondScope(principal, given)
      const { visibility = before.visibility } = given
      if (before.is_hosted && visibility !== before.visibility) await repoFor(this.#context, id, toAdminister)
      await refuseUnknownAccess(storage, given)
      for (const [field, value] of Object.entries(given)) {
        if (value !== undefined) draft.note({ details: { [field]: value } })
      }
      return storage.transaction(async (session) => {
        const { group_name } = before
        if (name !== undefined && name !== before.name) await refuseTaken(session, { name, group_name })
        await refuseUnknownAccess(session, given)
        const changes = { ...given, updated_at: new Date(clock.now()).toISOString() }
        const row = await session.collection('repos').update(id, changes)
        await draft.write(session)
        return row ?? findRepo(session, id)
      })
    })
    const repo = await toRepo(row, this.#context)
    events.emit('repo.updated', { repo })
    return this.#shown(repo)
  }

  async clone(input: CloneRepo, { signal }: CallOptions = {}): Promise<Job> {
    throwIfAborted(signal)
    return acceptClone(input, this.#context, { signal })
  }

  async fork(id: number, input: ForkRepo = {}, { signal }: CallOptions = {}): Promise<Repo> {
    throwIfAborted(signal)
    return fork(id, input, this.#context, { signal })
  }

  async create(input: CreateRepo, { signal }: CallOptions = {}): Promise<Repo> {
    throwIfAborted(signal)
    return createHosted(input, this.#context, { signal })
  }

  async delete(
    id: number,
    query: { readonly drop_kept?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<Deleted> {
    const { audit, events, keptExpiry, lock, logger, principal, storage, stores } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'repo', object_id: auditId(id) } as const
    const { uuid, is_hosted, drop_kept } = await audit.attempt(principal, subject, async (draft) => {
      const repo = await repoFor(this.#context, id, toDelete)
      const { drop_kept = false } = parseInput(deleteQuery, query)
      draft.note({ details: { name: repo.name, path: repo.path, drop_kept } })
      await storage.transaction(async (session) => {
        await refuseUsed(session, repo, principal)
        if (drop_kept) draft.note({ details: { kept_refs: await keptExpiry.forgetRepo(session, repo) } })
        for (const table of ownedTables) await session.collection(table).deleteWhere({ repo_id: id })
        await session.collection('repos').delete(id)
        await draft.write(session)
      })
      return { uuid: repo.uuid, is_hosted: repo.is_hosted, drop_kept }
    })
    const clear = async () => {
      await stores.remove(uuid, { isHosted: is_hosted })
      if (drop_kept) await keptExpiry.dropStore({ uuid })
    }
    // the record is gone; a store that cannot be removed now is swept at the next start
    await lock
      .hold(repoKey(id), clear, { signal })
      .catch((error: unknown) => logger.warn('a store could not be removed', { uuid, error }))
    events.emit('repo.deleted', { id })
    return { id, deleted: true }
  }

  readonly #shown = (repo: Repo): Repo => shownTo(this.#context.principal, repo)

  get #repos() {
    return this.#context.storage.collection('repos')
  }
}
