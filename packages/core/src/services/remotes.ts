import { z } from 'zod'
import {
  type AddRemote,
  addRemote,
  type CallOptions,
  type Page,
  type PageQuery,
  pageQuery,
  type Remote,
  type RemoteRow,
  type RemotesApi,
  type RemoteTest,
  type RepoRow,
  remoteName,
  type UpdateRemote,
  updateRemote,
} from '../contract/index.ts'
import { type ErrorCode, type GitferryError, isGitferryError, parseInput } from '../errors/index.ts'
import { checkStructure } from '../git/local/structure.ts'
import { checkRemoteUrl } from '../git/remote-url.ts'
import type { StorageSession } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { announceLogins, namesOf } from './announce-logins.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'
import type { KeptLogin } from './keep-login.ts'
import { findAll, findPage } from './pages.ts'
import { reimportRemotes } from './reimport-remotes.ts'
import { type ImportedRemote, importRemotes } from './remote-import.ts'
import {
  findRemoteNamed,
  refuseConfigured,
  refuseReserved,
  refuseSecond,
  refuseUsedRemote,
  unusable,
} from './remote-refusals.ts'
import { changedUrls, newUrls } from './remote-urls.ts'
import { keysFor } from './resolve-sides.ts'
import { rootsOf } from './roots-of.ts'
import { type StoredRemotes, storeRemotes } from './store-remotes.ts'
import { testRemote } from './test-remote.ts'
import { toRemote } from './to-remote.ts'
import { writeRemote } from './write-remote.ts'

const nothingStored = { remotes: [], logins: [], unbound: [] } satisfies StoredRemotes
/** What a repository answers that is no longer there, or no longer what it was. */
const unreadable = new Set<ErrorCode>([
  'NOT_A_REPOSITORY',
  'PATH_OUTSIDE_ROOTS',
  'PATH_NOT_OWNED',
  'GIT_FAILED',
])

const nameInput = z.object({ name: remoteName })

/** The remotes of a repository: records, imported from its configuration or made here. It is never written. */
export class RemotesService implements RemotesApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(repoId: number, query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Remote>> {
    throwIfAborted(signal)
    const { storage } = this.#context
    const repo = await findRepo(storage, repoId)
    const paging = parseInput(pageQuery, query)
    const where = { repo_id: repo.id }
    const rows = await findPage(storage.collection('remotes'), { where }, paging, { whole: false })
    return { ...rows, items: rows.items.map(toRemote) }
  }

  async *all(repoId: number, { signal }: CallOptions = {}): AsyncGenerator<Remote, void, undefined> {
    throwIfAborted(signal)
    const { storage } = this.#context
    const { id } = await findRepo(storage, repoId)
    for await (const row of findAll(storage.collection('remotes'), { where: { repo_id: id } })) {
      throwIfAborted(signal)
      yield toRemote(row)
    }
  }

  async add(repoId: number, input: AddRemote, { signal }: CallOptions = {}): Promise<Remote> {
    throwIfAborted(signal)
    const { events, settings } = this.#context
    const { row, logins } = await this.#change('create', repoId, async (_, draft) => {
      const { name, ...given } = parseInput(addRemote, input)
      refuseReserved(name)
      draft.note({ details: { name } })
      const urls = newUrls(given, settings)
      return this.#write(repoId, draft, async (session, repo) => {
        await refuseSecond(session, repo, name)
        return writeRemote(session, { repo, name, before: undefined, urls, given }, this.#context)
      })
    })
    await announceLogins(logins, this.#context)
    const remote = toRemote(row)
    events.emit('remote.added', { repo_id: repoId, remote })
    return remote
  }

  async update(
    repoId: number,
    name: string,
    input: UpdateRemote,
    { signal }: CallOptions = {},
  ): Promise<Remote> {
    throwIfAborted(signal)
    const { events, settings, storage } = this.#context
    const { row, logins } = await this.#change('update', repoId, async (found, draft) => {
      draft.note({ details: { name: (await findRemoteNamed(storage, found, name)).name } })
      refuseReserved(parseInput(nameInput, { name }).name)
      const given = parseInput(updateRemote, input)
      draft.note({ details: { fields: Object.keys(given) } })
      return this.#write(repoId, draft, async (session, repo) => {
        const before = await findRemoteNamed(session, repo, name)
        const urls = changedUrls(before, given, settings)
        return writeRemote(session, { repo, name, before, urls, given }, this.#context)
      })
    })
    await announceLogins(logins, this.#context)
    const remote = toRemote(row)
    events.emit('remote.updated', { repo_id: repoId, remote })
    return remote
  }

  async delete(
    repoId: number,
    name: string,
    { signal }: CallOptions = {},
  ): Promise<{ readonly name: string; readonly deleted: true }> {
    throwIfAborted(signal)
    const { events, storage } = this.#context
    const stored = await this.#change('delete', repoId, async (found, draft) => {
      draft.note({ details: { name: (await findRemoteNamed(storage, found, name)).name } })
      const configured = await this.#configured(found, signal)
      return this.#write(repoId, draft, async (session, repo) => {
        const { id, source } = await findRemoteNamed(session, repo, name)
        const imported = 'problem' in configured ? undefined : configured.remotes
        if (source === 'config') {
          if ('problem' in configured) throw configured.problem
          if (imported?.some((remote) => remote.name === name)) refuseConfigured(repo, name)
        }
        await refuseUsedRemote(session, repo, name)
        await session.collection('remotes').delete(id)
        return imported ? storeRemotes(session, repo, imported, this.#context) : nothingStored
      })
    })
    await announceLogins(stored.logins, this.#context)
    events.emit('remote.deleted', { repo_id: repoId, name })
    const back = stored.remotes.find((row) => row.name === name)
    if (back) events.emit('remote.added', { repo_id: repoId, remote: toRemote(back) })
    return { name, deleted: true }
  }

  async test(repoId: number, name: string, { signal }: CallOptions = {}): Promise<RemoteTest> {
    throwIfAborted(signal)
    return this.#change('test', repoId, async (repo, draft) => {
      const row = await this.#usable(repo, name, signal)
      draft.note({ details: { name: row.name } })
      const checked = checkRemoteUrl(row.fetch_url, this.#context.settings)
      if ('problem' in checked) throw unusable(row, checked.problem)
      const keys = await keysFor(checked, row, repo, this.#context)
      const test = await testRemote({ url: checked.url, ...keys }, this.#context, { signal })
      draft.note({ details: { success: test.success, outcome: test.error_code } })
      return test
    })
  }

  /** The remotes of the repository's own configuration, or why it cannot be read: its folder may be gone. */
  async #configured(
    repo: RepoRow,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly remotes: readonly ImportedRemote[] } | { readonly problem: GitferryError }> {
    const { runner, sealed, settings } = this.#context
    try {
      await checkStructure(repo, rootsOf(repo, settings))
      const rules = { policy: settings, takeLogins: sealed.available }
      return { remotes: await importRemotes(repo, { runner, ...rules, signal }) }
    } catch (error) {
      if (isGitferryError(error) && unreadable.has(error.code)) return { problem: error }
      throw error
    }
  }

  /** @throws REMOTE_NOT_FOUND, URL_FORBIDDEN; both only after another look into the repository's configuration */
  async #usable(repo: RepoRow, name: string, signal: AbortSignal | undefined): Promise<RemoteRow> {
    const { storage } = this.#context
    const [known] = await storage.collection('remotes').find({ where: { repo_id: repo.id, name } })
    if (known && known.problem === null) return known
    await reimportRemotes(repo, this.#context, { signal })
    const row = await findRemoteNamed(storage, repo, name)
    if (row.problem === null) return row
    throw unusable(row, row.problem)
  }

  /** One transaction: what `work` stores, and the audit entry that names what became of credentials by it. */
  #write<Written extends { readonly logins: readonly KeptLogin[]; readonly unbound?: readonly string[] }>(
    repoId: number,
    draft: AuditDraft,
    work: (session: StorageSession, repo: RepoRow) => Promise<Written>,
  ): Promise<Written> {
    return this.#context.storage.transaction(async (session) => {
      const written = await work(session, await findRepo(session, repoId))
      const { logins, unbound = [] } = written
      if (logins.length > 0) draft.note({ details: { credentials: namesOf(logins) } })
      if (unbound.length > 0) draft.note({ details: { unbound: [...unbound] } })
      await draft.write(session)
      return written
    })
  }

  #change<Result>(
    type: AuditSubject['type'],
    repoId: number,
    work: (repo: RepoRow, draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    return changeRepo(this.#context, { type, object_type: 'remote', repoId }, work)
  }
}
