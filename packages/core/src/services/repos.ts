import { z } from 'zod'
import {
  type CallOptions,
  type CloneRepo,
  type CreateRepo,
  type Deleted,
  type Job,
  type Page,
  type PageQuery,
  pageQuery,
  type RegisterRepo,
  type RemotesApi,
  type Repo,
  type RepoRow,
  type ReposApi,
  registerRepo,
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
import { lookAtRepo, storeRepo } from './new-repo.ts'
import { findBatches, findPage } from './pages.ts'
import { RemotesService } from './remotes.ts'
import { repoKey } from './repo-key.ts'
import { refuseTaken, refuseUnknownAccess, refuseUsed } from './repo-refusals.ts'
import { toRepo, toRepos } from './to-repo.ts'

const deleteQuery = z.object({ drop_kept: z.boolean({ error: 'must be true or false' }).optional() })

/** Repositories that gitferry manages. */
export class ReposService implements ReposApi {
  readonly remotes: RemotesApi
  readonly #context: AcceptCloneContext

  constructor(context: AcceptCloneContext) {
    this.remotes = new RemotesService(context)
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Repo>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const rows = await findPage(this.#repos, {}, paging, { whole: true })
    return { ...rows, items: await toRepos(rows.items, this.#context) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Repo, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#repos, {})) {
      for (const repo of await toRepos(rows, this.#context)) {
        throwIfAborted(signal)
        yield repo
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Repo> {
    throwIfAborted(signal)
    return toRepo(await findRepo(this.#context.storage, id), this.#context)
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
        const stored = await storeRepo(session, found, this.#context)
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
      const before = await findRepo(storage, id)
      const given = parseInput(updateRepo, input)
      const { name } = given
      await refuseUnknownAccess(storage, given)
      for (const [field, value] of Object.entries(given)) {
        if (value !== undefined) draft.note({ details: { [field]: value } })
      }
      return storage.transaction(async (session) => {
        if (name !== undefined && name !== before.name) await refuseTaken(session, { name })
        await refuseUnknownAccess(session, given)
        const changes = { ...given, updated_at: new Date(clock.now()).toISOString() }
        const row = await session.collection('repos').update(id, changes)
        await draft.write(session)
        return row ?? findRepo(session, id)
      })
    })
    const repo = await toRepo(row, this.#context)
    events.emit('repo.updated', { repo })
    return repo
  }

  async clone(input: CloneRepo, { signal }: CallOptions = {}): Promise<Job> {
    throwIfAborted(signal)
    return acceptClone(input, this.#context, { signal })
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
      const repo = await findRepo(storage, id)
      const { drop_kept = false } = parseInput(deleteQuery, query)
      draft.note({ details: { name: repo.name, path: repo.path, drop_kept } })
      await storage.transaction(async (session) => {
        await refuseUsed(session, repo)
        if (drop_kept) draft.note({ details: { kept_refs: await keptExpiry.forgetRepo(session, repo) } })
        await session.collection('remotes').deleteWhere({ repo_id: id })
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

  get #repos() {
    return this.#context.storage.collection('repos')
  }
}
