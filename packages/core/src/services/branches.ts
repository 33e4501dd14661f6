import { z } from 'zod'
import {
  type Branch,
  type BranchesApi,
  type BranchQuery,
  branchQuery,
  type CallOptions,
  type CheckoutBranch,
  type CreateBranch,
  checkoutBranch,
  createBranch,
  type DeletedBranch,
  type Page,
  type RepoRow,
  refName,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { LocalRepository } from '../git/local/local-repository.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { slicePage } from './pages.ts'
import { callersRules, refuseHeadMove, refuseProtected } from './protected-refs.ts'
import { repoFor, toRead, toWrite } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

const deleteInput = z.object({
  branch: refName,
  force: z.boolean({ error: 'must be true or false' }).optional(),
})

const branchRef = (name: string): string => `refs/heads/${name}`

/** Branches of the registered repository itself, not of its store. */
export class BranchesService implements BranchesApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(repoId: number, query: BranchQuery = {}, { signal }: CallOptions = {}): Promise<Page<Branch>> {
    throwIfAborted(signal)
    const repo = await repoFor(this.#context, repoId, toRead)
    const { type = 'local', ...paging } = parseInput(branchQuery, query)
    return slicePage(await this.#open(repo).list(type, { signal }), paging)
  }

  async *all(
    repoId: number,
    query: Omit<BranchQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Branch, void, undefined> {
    throwIfAborted(signal)
    const repo = await repoFor(this.#context, repoId, toRead)
    const { type = 'local' } = parseInput(branchQuery, query)
    for (const branch of await this.#open(repo).list(type, { signal })) {
      throwIfAborted(signal)
      yield branch
    }
  }

  async create(repoId: number, input: CreateBranch, { signal }: CallOptions = {}): Promise<Branch> {
    throwIfAborted(signal)
    const branch = await this.#change('create', repoId, async (repo, draft) => {
      const { name, base_branch } = parseInput(createBranch, input)
      draft.note({ details: { branch: name } })
      refuseProtected({ ref: branchRef(name), does: 'create' }, await callersRules(repo, this.#context))
      await draft.begin()
      return this.#open(repo).create({ name, base_branch: base_branch ?? null }, { signal })
    })
    this.#context.events.emit('branch.created', { repo_id: repoId, branch })
    return branch
  }

  async checkout(repoId: number, input: CheckoutBranch, { signal }: CallOptions = {}): Promise<Branch> {
    throwIfAborted(signal)
    const branch = await this.#change('checkout', repoId, async (repo, draft) => {
      const { branch } = parseInput(checkoutBranch, input)
      draft.note({ details: { branch } })
      const rules = await callersRules(repo, this.#context)
      const onCreate = (name: string) => refuseProtected({ ref: branchRef(name), does: 'create' }, rules)
      const onMoveHead = (from: string | null) => refuseHeadMove(from, rules)
      await draft.begin()
      return this.#open(repo).checkout({ branch }, { onCreate, onMoveHead, signal })
    })
    this.#context.events.emit('branch.checked_out', { repo_id: repoId, branch })
    return branch
  }

  async delete(
    repoId: number,
    name: string,
    query: { readonly force?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<DeletedBranch> {
    throwIfAborted(signal)
    await this.#change('delete', repoId, async (repo, draft) => {
      const { branch, force = false } = parseInput(deleteInput, { ...query, branch: name })
      draft.note({ details: { branch, force } })
      refuseProtected({ ref: branchRef(branch), does: 'delete' }, await callersRules(repo, this.#context))
      await draft.begin()
      await this.#open(repo).delete(branch, { force, signal })
    })
    this.#context.events.emit('branch.deleted', { repo_id: repoId, name })
    return { name, deleted: true }
  }

  #open(repo: RepoRow): LocalRepository {
    const { runner, settings } = this.#context
    return new LocalRepository({ repo, runner, repoRoots: rootsOf(repo, settings) })
  }

  #change<Result>(
    type: AuditSubject['type'],
    repoId: number,
    work: (repo: RepoRow, draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    return changeRepo(this.#context, { type, object_type: 'branch', repoId, needs: toWrite }, work)
  }
}
