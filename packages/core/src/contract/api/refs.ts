import type { Branch, BranchQuery, CheckoutBranch, CreateBranch, DeletedBranch } from '../branch.ts'
import type { Page } from '../page.ts'
import type { CreateTag, DeletedTag, Tag, TagQuery } from '../tag.ts'
import type { CallOptions } from './call-options.ts'

/** Branches of the registered repository, as `git branch -a` there would show them. */
export interface BranchesApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. `type` defaults to `local`. */
  list(repoId: number, query?: BranchQuery, options?: CallOptions): Promise<Page<Branch>>
  /** Every branch that was there when the loop began. `type` defaults to `local`. @throws REPO_NOT_FOUND */
  all(
    repoId: number,
    query?: Omit<BranchQuery, 'page' | 'page_size'>,
    options?: CallOptions,
  ): AsyncIterable<Branch>
  /** @throws BRANCH_EXISTS, BRANCH_NOT_FOUND (the base), REF_INVALID */
  create(repoId: number, input: CreateBranch, options?: CallOptions): Promise<Branch>
  /**
   * Switches the worktree, or moves the HEAD of a bare repository.
   * @throws BRANCH_NOT_FOUND, CHECKOUT_REFUSED when work would be lost or a filter would have to run
   */
  checkout(repoId: number, input: CheckoutBranch, options?: CallOptions): Promise<Branch>
  /** Deletes a local branch. @throws BRANCH_NOT_FOUND, BRANCH_CHECKED_OUT, BRANCH_UNMERGED (unless `force`) */
  delete(
    repoId: number,
    name: string,
    query?: { readonly force?: boolean },
    options?: CallOptions,
  ): Promise<DeletedBranch>
}

/** Tags of the registered repository. */
export interface TagsApi {
  /** One page, by name. `page` defaults to 1, `page_size` to 20. @throws REPO_NOT_FOUND */
  list(repoId: number, query?: TagQuery, options?: CallOptions): Promise<Page<Tag>>
  /** Every tag that was there when the loop began and still is, by name. @throws REPO_NOT_FOUND */
  all(repoId: number, options?: CallOptions): AsyncIterable<Tag>
  /** @throws REPO_NOT_FOUND, TAG_NOT_FOUND */
  get(repoId: number, name: string, options?: CallOptions): Promise<Tag>
  /** @throws REPO_NOT_FOUND, TAG_EXISTS, REF_INVALID, BRANCH_NOT_FOUND (what it is to point at) */
  create(repoId: number, input: CreateTag, options?: CallOptions): Promise<Tag>
  /** @throws REPO_NOT_FOUND, TAG_NOT_FOUND */
  delete(repoId: number, name: string, options?: CallOptions): Promise<DeletedTag>
}
