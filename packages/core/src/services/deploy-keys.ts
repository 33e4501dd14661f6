import {
  type AddDeployKey,
  addDeployKey,
  type CallOptions,
  type Deleted,
  type DeployKey,
  type DeployKeysApi,
  type Page,
  type PageQuery,
  pageQuery,
  type RepoRow,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { parsePublicKey } from '../keys/parse-public-key.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { AuditSubject } from './audit-log.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { findRepo, parseId } from './find-or-refuse.ts'
import { findBatches, findPage } from './pages.ts'
import { publicKeyNotFound, refuseTakenKey } from './public-key-refusals.ts'
import { repoFor, toAdminister } from './repo-roles.ts'
import { toDeployKey } from './to-public-key.ts'

/** Public keys that open one hosted repository each. An audit entry names the repository by its id. */
export class DeployKeysService implements DeployKeysApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(repoId: number, query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<DeployKey>> {
    throwIfAborted(signal)
    const paging = parseInput(pageQuery, query)
    const { id: repo_id } = await repoFor(this.#context, repoId, toAdminister)
    const page = await findPage(this.#keys, { where: { repo_id } }, paging, { whole: false })
    return { ...page, items: page.items.flatMap(toDeployKey) }
  }

  async *all(repoId: number, { signal }: CallOptions = {}): AsyncGenerator<DeployKey, void, undefined> {
    throwIfAborted(signal)
    const { id: repo_id } = await repoFor(this.#context, repoId, toAdminister)
    for await (const rows of findBatches(this.#keys, { where: { repo_id } })) {
      for (const key of rows.flatMap(toDeployKey)) {
        throwIfAborted(signal)
        yield key
      }
    }
  }

  async add(repoId: number, input: AddDeployKey, { signal }: CallOptions = {}): Promise<DeployKey> {
    const { clock, storage } = this.#context
    throwIfAborted(signal)
    return changeRepo(this.#context, this.#subject('create', repoId), async (repo, draft) => {
      const { id: repo_id } = repo
      const { title, key, can_push = false, application = '' } = parseInput(addDeployKey, input)
      draft.note({ details: { title, can_push } })
      const { type, line, fingerprint } = parsePublicKey(key)
      draft.note({ details: { type, fingerprint } })
      refuseUnhosted(repo)
      return storage.transaction(async (session) => {
        // it may have been deleted meanwhile
        await findRepo(session, repo_id)
        const belongs = { repo_id, user_id: null }
        await refuseTakenKey(session, fingerprint, belongs)
        const row = await session.collection('public_keys').insert({
          ...{ ...belongs, title, key: line, type, fingerprint, can_push, application },
          ...{ last_used_at: null, created_at: new Date(clock.now()).toISOString() },
        })
        draft.note({ details: { key_id: row.id } })
        await draft.write(session)
        return { ...toDeployKey(row)[0]! }
      })
    })
  }

  async delete(repoId: number, keyId: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { storage } = this.#context
    throwIfAborted(signal)
    await changeRepo(this.#context, this.#subject('delete', repoId), async ({ id: repo_id }, draft) => {
      const id = parseId(keyId, 'key_id')
      await storage.transaction(async (session) => {
        const keys = session.collection('public_keys')
        const row = await keys.get(id)
        if (row?.repo_id !== repo_id) throw publicKeyNotFound('key_id', id)
        draft.note({ details: { key_id: id, title: row.title, fingerprint: row.fingerprint } })
        await keys.delete(id)
        await draft.write(session)
      })
    })
    return { id: keyId, deleted: true }
  }

  get #keys() {
    return this.#context.storage.collection('public_keys')
  }

  #subject(type: AuditSubject['type'], repoId: number) {
    return { type, object_type: 'deploy_key', repoId, needs: toAdminister } as const
  }
}

/** A key that opens nothing would be a promise. @throws UNSUPPORTED */
function refuseUnhosted({ is_hosted }: RepoRow): void {
  if (is_hosted) return
  throw new GitferryError(
    'UNSUPPORTED',
    'A deploy key opens a repository that gitferry hosts, and this one was registered by its path: no git client reaches it through gitferry. Give the key to the server that it is cloned from, or make a hosted repository and push to it.',
  )
}
