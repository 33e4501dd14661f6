import { basename } from 'node:path'
import {
  type CallOptions,
  type Deleted,
  namedRepo,
  type Page,
  type PageQuery,
  pageQuery,
  type RegisterRepo,
  type RemoteRow,
  type RemotesApi,
  type Repo,
  type RepoRow,
  type ReposApi,
  registerRepo,
  type UpdateRepo,
  updateRepo,
} from '../contract/index.ts'
import { aboutField, parseInput } from '../errors/index.ts'
import { defaultBranch } from '../git/local/default-branch.ts'
import { readHead } from '../git/local/head.ts'
import { inspectRepository } from '../git/local/inspect-repository.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { announceLogins, namesOf } from './announce-logins.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'
import { findBatches, findPage } from './pages.ts'
import { importRemotes } from './remote-import.ts'
import { RemotesService } from './remotes.ts'
import { refuseTaken, refuseUnknownAccess, refuseUsed } from './repo-refusals.ts'
import { storeRemotes } from './store-remotes.ts'
import { toRemote } from './to-remote.ts'

/** Repositories that gitferry manages. */
export class ReposService implements ReposApi {
  readonly remotes: RemotesApi
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.remotes = new RemotesService(context)
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Repo>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const rows = await findPage(this.#repos, {}, paging, { whole: true })
    return { ...rows, items: await this.#answers(rows.items) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Repo, void, undefined> {
    throwIfAborted(signal)
    for await (const rows of findBatches(this.#repos, {})) {
      for (const repo of await this.#answers(rows)) {
        throwIfAborted(signal)
        yield repo
      }
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Repo> {
    throwIfAborted(signal)
    return this.#answer(await findRepo(this.#context.storage, id))
  }

  async register(input: RegisterRepo, { signal }: CallOptions = {}): Promise<Repo> {
    const { audit, clock, events, principal, runner, sealed, settings, sizes, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'repo', object_id: null } as const
    const { repo, logins } = await audit.attempt(principal, subject, async (draft) => {
      const wanted = parseInput(registerRepo, input)
      const { ssh_key_id = null, credential_id = null } = wanted
      await refuseUnknownAccess(storage, wanted)
      const inspected = inspectRepository(wanted.path, { runner, signal, ...settings })
      const { work_tree: _, ...found } = await inspected.catch((error: unknown) => {
        throw aboutField(error, 'path')
      })
      const { name } = parseInput(namedRepo, { name: wanted.name ?? basename(found.path) })
      draft.note({ details: { name, path: found.path } })
      await refuseTaken(storage, { name, path: found.path })
      const imported = await importRemotes(found, {
        runner,
        policy: settings,
        takeLogins: sealed.available,
        signal,
      })
      const now = new Date(clock.now()).toISOString()
      const uuid = clock.newId()
      const row = {
        ...found,
        uuid,
        name,
        default_branch: await defaultBranch(found, { runner, signal }),
        ssh_key_id,
        credential_id,
        size_bytes: await sizes.measure({ ...found, uuid }, { signal }),
        created_at: now,
        updated_at: now,
      }
      const stored = await storage.transaction(async (session) => {
        await refuseTaken(session, row)
        await refuseUnknownAccess(session, row)
        const repo = await session.collection('repos').insert(row)
        const { remotes, logins } = await storeRemotes(session, repo, imported, { clock, sealed })
        draft.note({ object_id: repo.id })
        if (logins.length > 0) draft.note({ details: { credentials: namesOf(logins) } })
        await draft.write(session)
        return { repo, remotes, logins }
      })
      return { repo: await this.#answer(stored.repo, stored.remotes), logins: stored.logins }
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
    const repo = await this.#answer(row)
    events.emit('repo.updated', { repo })
    return repo
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, events, lock, logger, principal, storage, stores } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'repo', object_id: auditId(id) } as const
    const { uuid } = await audit.attempt(principal, subject, async (draft) => {
      const repo = await findRepo(storage, id)
      draft.note({ details: { name: repo.name, path: repo.path } })
      await storage.transaction(async (session) => {
        await refuseUsed(session, repo)
        await session.collection('remotes').deleteWhere({ repo_id: id })
        await session.collection('repos').delete(id)
        await draft.write(session)
      })
      return repo
    })
    // the record is gone; a store that cannot be removed now is swept at the next start
    await lock
      .hold(`repo:${id}`, () => stores.remove(uuid), { signal })
      .catch((error: unknown) => logger.warn('a store could not be removed', { uuid, error }))
    events.emit('repo.deleted', { id })
    return { id, deleted: true }
  }

  get #repos() {
    return this.#context.storage.collection('repos')
  }

  async #answer(row: RepoRow, remotes?: readonly RemoteRow[]): Promise<Repo> {
    if (remotes === undefined) return (await this.#answers([row]))[0]!
    return toRepo(row, remotes, await this.#currentBranch(row))
  }

  async #answers(rows: readonly RepoRow[]): Promise<Repo[]> {
    const remotes = await this.#context.storage
      .collection('remotes')
      .find({ where: { repo_id: { in: rows.map((row) => row.id) } } })
    const byRepo = Map.groupBy(remotes, (remote) => remote.repo_id)
    return Promise.all(
      rows.map(async (row) => toRepo(row, byRepo.get(row.id) ?? [], await this.#currentBranch(row))),
    )
  }

  /** A repository whose files are gone is still listed; it has no current branch. */
  async #currentBranch(row: RepoRow): Promise<string | null> {
    try {
      return (await readHead(row.git_dir, { runner: this.#context.runner })).branch
    } catch (error) {
      this.#context.logger.warn('the HEAD of a repository cannot be read', { repo_id: row.id, error })
      return null
    }
  }
}

function toRepo(row: RepoRow, remotes: readonly RemoteRow[], currentBranch: string | null): Repo {
  const { git_dir: _, common_dir: __, object_format: ___, version: ____, ...shown } = row
  return {
    ...shown,
    current_branch: currentBranch,
    remotes: remotes.map(toRemote),
  }
}
