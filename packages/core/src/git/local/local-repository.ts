import type { Branch, CheckoutBranch, CreateBranch, DeletedBranch } from '../../contract/branch.ts'
import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError } from '../../errors/index.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import {
  asInClone,
  BranchRefs,
  branchNotFound,
  branchRefs,
  checkBranchName,
  toBranch,
} from './branch-refs.ts'
import { BranchWriter } from './branch-writer.ts'
import { type CheckoutAsked, checkoutTarget } from './checkout-target.ts'
import type { CheckoutTarget } from './commands/checkout.ts'
import { commitOf, isReachable } from './commands/commits.ts'
import { listRefs, upstreamOf } from './commands/list-refs.ts'
import { type Head, readHead } from './head.ts'
import { readLocalConfig } from './local-config.ts'
import { checkBranchPath, checkStructure } from './structure.ts'
import { switchWorktree } from './switch-worktree.ts'
import { listWorktrees } from './worktrees.ts'

const maxListBytes = 128 * 1024 * 1024
const fullOid = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export interface LocalRepositoryOptions {
  readonly repo: Pick<RepoRow, 'path' | 'git_dir' | 'common_dir' | 'is_bare'> & {
    /** Whether it is its own store, where remotes’ branches and tags are kept apart. Default false. */
    readonly is_hosted?: boolean | undefined
  }
  readonly runner: GitRunner
  /** Folders out of which no link of the repository may lead; `null` (default): anywhere. */
  readonly repoRoots?: readonly string[] | null | undefined
}

type Call = { readonly signal?: AbortSignal | undefined }

/**
 * The branches of a repository that a user registered. Nothing that its config or hooks name is ever started;
 * what git itself would refuse or ask about is refused with the reason. Every method reads the repository anew,
 * and may throw NOT_A_REPOSITORY (it is gone or damaged), ABORTED and GIT_*.
 */
export class LocalRepository {
  readonly #repo: LocalRepositoryOptions['repo']
  readonly #runner: GitRunner
  readonly #repoRoots: readonly string[] | null
  readonly #writer: BranchWriter

  constructor({ repo, runner, repoRoots = null }: LocalRepositoryOptions) {
    this.#repo = repo
    this.#runner = runner
    this.#repoRoots = repoRoots
    this.#writer = new BranchWriter(repo, runner)
  }

  /** Lists branches by name, local ones first, as `git branch -a` would. */
  async list(type: 'local' | 'remote' | 'all' = 'local', { signal }: Call = {}): Promise<Branch[]> {
    await checkStructure(this.#repo, this.#repoRoots)
    const prefixes = { local: ['refs/heads'], remote: ['refs/remotes'], all: ['refs/heads', 'refs/remotes'] }
    const { branch } = await this.#head(signal)
    const refs = await this.#runner.run(listRefs(prefixes[type]), this.#options(signal))
    const shown = this.#repo.is_hosted ? asInClone(refs) : refs
    return branchRefs(shown).map((ref) => toBranch(ref, branch))
  }

  /**
   * Creates a branch, never over another, and without switching to it.
   * @throws REF_INVALID, BRANCH_EXISTS, BRANCH_NOT_FOUND (the base)
   */
  async create({ name, base_branch }: CreateBranch, { signal }: Call = {}): Promise<Branch> {
    checkBranchName(name, 'name')
    const base = base_branch ?? null
    if (base !== null && !fullOid.test(base)) checkBranchName(base, 'base_branch')
    const { refs, head } = await this.#read(signal)
    refs.checkRoomFor(name)
    await this.#checkNotAwaited(name, signal)
    const oid = await this.#base(base, refs, head, signal)
    await this.#writer.create(name, oid, `branch: Created from ${base ?? 'HEAD'}`, signal)
    return toBranch({ ref: `refs/heads/${name}`, oid }, head.branch)
  }

  /**
   * Deletes a local branch. Unless `force`, its commits must be reachable from HEAD or from the branch that it
   * follows. Its section in the repository's config stays.
   * @throws REF_INVALID, BRANCH_NOT_FOUND, BRANCH_CHECKED_OUT, BRANCH_UNMERGED, CONFLICT when it moved meanwhile
   */
  async delete(
    name: string,
    { force = false, signal }: Call & { readonly force?: boolean | undefined } = {},
  ): Promise<DeletedBranch> {
    checkBranchName(name, 'branch')
    const { refs, head } = await this.#read(signal)
    const oid = refs.local(name)
    if (oid === undefined) {
      throw branchNotFound(
        name,
        refs.remote(name) === undefined
          ? `There is no branch "${name}".`
          : `"${name}" is a branch of a remote; only local branches can be deleted here.`,
      )
    }
    await this.#checkNotCheckedOut(name, signal)
    if (!force) await this.#checkMerged(name, oid, refs, head, signal)
    await this.#writer.delete(name, oid, signal)
    return { name, deleted: true }
  }

  /**
   * Switches the worktree to a branch, or moves the HEAD of a bare repository. A remote branch (`origin/develop`,
   * or `develop` when one remote alone has it) is checked out by creating the local branch for it, which follows
   * it: git writes that to the repository's config, as it always does; not in a bare one.
   * @throws REF_INVALID, BRANCH_NOT_FOUND, BRANCH_EXISTS (no room for the new branch), CHECKOUT_REFUSED; what is asked
   */
  async checkout(
    { branch }: CheckoutBranch,
    { signal, ...asked }: Call & CheckoutAsked = {},
  ): Promise<Branch> {
    checkBranchName(branch, 'branch')
    const { refs, head } = await this.#read(signal)
    const config = await readLocalConfig(this.#repo, { runner: this.#runner, signal })
    const target = checkoutTarget(branch, refs, config)
    const ref = `refs/heads/${target.name}`
    const oid = await this.#commit(refs.oid(target.from ?? ref) ?? '', branch, signal)
    if (head.branch === target.name && target.from === null) return toBranch({ ref, oid }, target.name)
    if (target.from !== null) asked.onCreate?.(target.name)
    if (this.#repo.is_bare) asked.onMoveHead?.(head.ref)
    await checkBranchPath(this.#repo.common_dir, target.name)
    if (this.#repo.is_bare) await this.#moveHead(target, oid, signal)
    else {
      await switchWorktree(target, oid, {
        repo: this.#repo,
        runner: this.#runner,
        config,
        head: await this.#headCommit(head, refs, signal),
        signal,
      })
    }
    return toBranch({ ref, oid }, target.name)
  }

  #options(signal: AbortSignal | undefined): GitRunOptions {
    return { gitDir: this.#repo.git_dir, signal, maxOutputBytes: maxListBytes }
  }

  #head(signal: AbortSignal | undefined): Promise<Head> {
    return readHead(this.#repo.git_dir, { runner: this.#runner, signal })
  }

  async #read(signal: AbortSignal | undefined): Promise<{ refs: BranchRefs; head: Head }> {
    await checkStructure(this.#repo, this.#repoRoots)
    const listed = await this.#runner.run(listRefs(['refs/heads', 'refs/remotes']), this.#options(signal))
    return { refs: new BranchRefs(listed), head: await this.#head(signal) }
  }

  async #commit(oid: string, name: string, signal: AbortSignal | undefined): Promise<string> {
    const commit = await this.#runner.run(commitOf(oid), this.#options(signal))
    // A longer answer: `oid` was not a full object name in this repository's format.
    if (commit !== null && commit.length === oid.length) return commit
    throw branchNotFound(name, `"${name}" leads to no commit in this repository.`)
  }

  /** `null`: HEAD's branch is unborn. */
  async #headCommit(head: Head, refs: BranchRefs, signal: AbortSignal | undefined): Promise<string | null> {
    if (head.branch !== null) return refs.local(head.branch) ?? null
    return head.oid ?? this.#runner.run(commitOf('HEAD'), this.#options(signal))
  }

  async #base(
    name: string | null,
    refs: BranchRefs,
    head: Head,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    if (name !== null) {
      const oid = fullOid.test(name) ? name : (refs.local(name) ?? refs.remote(name))
      if (oid !== undefined) return this.#commit(oid, name, signal)
      throw branchNotFound(name, `There is no branch "${name}" to begin from.`, 'base_branch')
    }
    const oid = await this.#headCommit(head, refs, signal)
    if (oid !== null) return this.#commit(oid, 'HEAD', signal)
    const at = head.branch ?? head.ref ?? 'HEAD'
    throw branchNotFound(
      at,
      `HEAD is at "${at}", which has no commit yet. Name the branch to begin from.`,
      'base_branch',
    )
  }

  /** A worktree whose branch is unborn would show all its files as deleted if the branch came from elsewhere. */
  async #checkNotAwaited(name: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#repo.is_bare) return
    const path = await this.#checkedOutIn(name, signal)
    if (path === undefined) return
    throw new GitferryError(
      'BRANCH_EXISTS',
      `"${name}" is the branch of ${path} already; it begins with the first commit there.`,
      { details: { field: 'name', branch: name } },
    )
  }

  async #checkNotCheckedOut(name: string, signal: AbortSignal | undefined): Promise<void> {
    const path = await this.#checkedOutIn(name, signal)
    if (path === undefined) return
    throw new GitferryError(
      'BRANCH_CHECKED_OUT',
      `The branch "${name}" is checked out in ${path} and cannot be deleted. Check out another branch there first.`,
      { details: { branch: name } },
    )
  }

  async #checkedOutIn(name: string, signal: AbortSignal | undefined): Promise<string | undefined> {
    const worktrees = await listWorktrees(this.#repo.common_dir, { runner: this.#runner, signal })
    return worktrees.find(({ branches }) => branches.includes(name))?.path
  }

  async #checkMerged(
    name: string,
    oid: string,
    refs: BranchRefs,
    head: Head,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const upstream = await this.#runner.run(upstreamOf(name), this.#options(signal))
    const tips = [
      await this.#headCommit(head, refs, signal),
      upstream === null ? undefined : refs.oid(upstream),
    ].filter((tip) => typeof tip === 'string')
    if (tips.length > 0 && (await this.#runner.run(isReachable(oid, tips), this.#options(signal)))) return
    throw new GitferryError(
      'BRANCH_UNMERGED',
      `The branch "${name}" holds commits that neither HEAD nor the branch that it follows has. Merge it, or delete it with force.`,
      { details: { branch: name, last_commit: oid } },
    )
  }

  /** Moves the HEAD of a bare repository; a branch created on the way goes again when that fails. */
  async #moveHead(
    { name, from }: CheckoutTarget,
    oid: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (from !== null) await this.#writer.create(name, oid, `branch: Created from ${from}`, signal)
    try {
      await this.#writer.setHead(name, signal)
    } catch (error) {
      if (from !== null) await this.#writer.delete(name, oid)
      throw error
    }
  }
}
