import {
  type CallOptions,
  type Deleted,
  type Page,
  type ProtectedRef,
  type ProtectedRefQuery,
  type ProtectedRefRow,
  type ProtectionApi,
  protectedRefQuery,
  type RepoRow,
  type SetProtectedRef,
  setProtectedRef,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { LocalRepository } from '../git/local/local-repository.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { parseId } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'
import { repoFor, toAdminister, toRead } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

const byKindAndName = [{ by: 'kind' }, { by: 'name' }] as const

/** Who may move which branches and make which tags of a repository. */
export class ProtectionService implements ProtectionApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(
    repoId: number,
    query: ProtectedRefQuery = {},
    { signal }: CallOptions = {},
  ): Promise<Page<ProtectedRef>> {
    throwIfAborted(signal)
    const { id: repo_id } = await repoFor(this.#context, repoId, toRead)
    const { kind, ...paging } = parseInput(protectedRefQuery, query)
    const where = { repo_id, ...(kind && { kind }) }
    const page = await findPage(this.#rules, { where, order: byKindAndName }, paging, { whole: false })
    return { ...page, items: page.items.map(toProtectedRef) }
  }

  async *all(repoId: number, { signal }: CallOptions = {}): AsyncGenerator<ProtectedRef, void, undefined> {
    throwIfAborted(signal)
    const { id: repo_id } = await repoFor(this.#context, repoId, toRead)
    for await (const row of findAll(this.#rules, { where: { repo_id }, order: byKindAndName })) {
      throwIfAborted(signal)
      yield toProtectedRef(row)
    }
  }

  async set(repoId: number, input: SetProtectedRef, { signal }: CallOptions = {}): Promise<ProtectedRef> {
    const { clock, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'update', object_type: 'protected_ref', repoId, needs: toAdminister } as const
    return changeRepo(this.#context, subject, async (repo, draft) => {
      const { kind, name, push_level = 40, merge_level } = parseInput(setProtectedRef, input)
      const levels = { push_level, merge_level: kind === 'tag' ? null : (merge_level ?? push_level) }
      draft.note({ details: { kind, name, ...levels } })
      if (kind === 'branch' && !name.includes('*')) await this.#requireBranch(repo, name, signal)
      return storage.transaction(async (session) => {
        const rules = session.collection('protected_refs')
        const updated_at = new Date(clock.now()).toISOString()
        const [before] = await rules.find({ where: { repo_id: repo.id, kind, name }, limit: 1 })
        const changed = before && (await rules.update(before.id, { ...levels, updated_at }))
        const row =
          changed ??
          (await rules.insert({
            repo_id: repo.id,
            kind,
            name,
            ...levels,
            created_at: updated_at,
            updated_at,
          }))
        draft.note({ details: { rule_id: row.id } })
        await draft.write(session)
        return toProtectedRef(row)
      })
    })
  }

  async delete(repoId: number, ruleId: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'protected_ref', repoId, needs: toAdminister } as const
    return changeRepo(this.#context, subject, async (repo, draft) => {
      const id = parseId(ruleId, 'rule_id')
      draft.note({ details: { rule_id: id } })
      return storage.transaction(async (session) => {
        const rules = session.collection('protected_refs')
        const [rule] = await rules.find({ where: { id, repo_id: repo.id }, limit: 1 })
        if (rule === undefined) throw notProtected(repo, id)
        draft.note({ details: { kind: rule.kind, name: rule.name } })
        await rules.delete(id)
        await draft.write(session)
        return { id, deleted: true }
      })
    })
  }

  /** A rule of one branch that is not there would protect nothing, and be a slip of the pen. @throws BRANCH_NOT_FOUND */
  async #requireBranch(repo: RepoRow, name: string, signal: AbortSignal | undefined): Promise<void> {
    const { runner, settings } = this.#context
    const branches = new LocalRepository({ repo, runner, repoRoots: rootsOf(repo, settings) })
    if ((await branches.list('local', { signal })).some((branch) => branch.name === name)) return
    throw new GitferryError('BRANCH_NOT_FOUND', `name: there is no branch "${name}" to protect.`, {
      details: { field: 'name', branch: name },
    })
  }

  get #rules() {
    return this.#context.storage.collection('protected_refs')
  }
}

const toProtectedRef = ({ version: _, ...rule }: ProtectedRefRow): ProtectedRef => rule

const notProtected = (repo: RepoRow, id: number): GitferryError =>
  new GitferryError(
    'PROTECTED_REF_NOT_FOUND',
    `rule_id: the repository ${repo.id} has no rule with the id ${id}.`,
    {
      details: { field: 'rule_id', id },
    },
  )
