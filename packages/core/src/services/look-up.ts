import type { CallOptions, Commit, Job, Member, Repo, User } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { type ChangedLines, changedLines } from '../git/commands/changed-lines.ts'
import { blobDigests } from '../git/content/blob-digests.ts'
import { type ContentSource, openContent } from '../git/content/content-source.ts'
import { type Contributions, countLines } from '../git/content/count-lines.ts'
import { commitsByOid } from '../git/content/read-commits.ts'
import { resolveRevision } from '../git/content/resolve-revision.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { holdsScope } from '../wire/index.ts'
import { type BranchTip, branchTips } from './branch-tips.ts'
import { storedUserOf } from './caller-user.ts'
import { findCloneInput, readCloneInput } from './clone-input.ts'
import type { ServiceContext } from './context.ts'
import { findJob } from './find-or-refuse.ts'
import { inLanes } from './in-lanes.ts'
import { type GivenMember, MembersService } from './members.ts'
import { newestFirst } from './pages.ts'
import { type RepoFacts, repoFacts } from './repo-facts.ts'
import { repoFor, toRead } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'
import { toJob } from './to-job.ts'

/** A repository as another API names it. */
export type RepoName = { readonly uuid: string } | { readonly group_name: string; readonly name: string }

/**
 * What other APIs name records by, what their answers say beside the records, and what they change in one piece: for an
 * application that serves one, as the server does under `/v1` and `/v2`.
 */
export interface LookUpApi {
  /** The id of a repository, whatever the caller’s role in it; what they may do there, the services say. @throws REPO_NOT_FOUND */
  repo(name: RepoName): Promise<number>
  /** The id of a project, likewise. @throws PROJECT_NOT_FOUND */
  project(name: { readonly uuid: string }): Promise<number>
  /** The UUID of the repository that a clone makes. @throws JOB_NOT_FOUND */
  uuidOfClone(jobId: number): Promise<string>
  /**
   * The clone that makes the repository of this UUID, or was to make it, of the last thousand; `undefined`: there is none,
   * or the caller neither asked for it nor may see every repository.
   */
  cloneOf(uuid: string): Promise<Job | undefined>
  /** The stored user behind the caller; `undefined`: there is none. */
  caller(): Promise<User | undefined>
  /** The names of users by their ids; whoever is gone is left out. */
  userNames(ids: readonly number[]): Promise<ReadonlyMap<number, string>>
  /**
   * Makes users members of a repository or changes their roles, all of them or none, with one entry in the audit log. The
   * caller’s role is weighed before any user is looked for.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, USER_NOT_FOUND with the field `members.0.user_id`, LAST_ADMIN
   */
  setMembers(repoId: number, members: readonly GivenMember[], options?: CallOptions): Promise<Member[]>
  /**
   * The full oid of the commit that a branch, a tag, or the name of a commit means.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND with the field `ref`
   */
  commitOid(repoId: number, ref: string, options?: CallOptions): Promise<string>
  /** What goes with repositories that the caller was answered, in their order. */
  facts(repos: readonly Repo[]): Promise<RepoFacts[]>
  /**
   * Branches of these names, in this order; one that is gone is left out. `divergence` (default false): also how far they
   * are from the branch that HEAD names.
   * @throws REPO_NOT_FOUND, ROLE_MISSING
   */
  branches(
    repoId: number,
    names: readonly string[],
    options?: CallOptions & { readonly divergence?: boolean | undefined },
  ): Promise<BranchTip[]>
  /**
   * Commits of these oids, in this order; one that is gone, or is no commit, is left out.
   * @throws REPO_NOT_FOUND, ROLE_MISSING
   */
  commits(repoId: number, oids: readonly string[], options?: CallOptions): Promise<Commit[]>
  /** How many lines each of these commits changed against its first parent. @throws REPO_NOT_FOUND, ROLE_MISSING */
  changedLines(
    repoId: number,
    oids: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, ChangedLines>>
  /**
   * What authors have done on a branch, and from `since` (ms since 1970) on day by day.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND, GIT_TIMEOUT after a minute
   */
  contributions(
    repoId: number,
    query: { readonly branch: string; readonly since: number },
    options?: CallOptions,
  ): Promise<Contributions>
  /**
   * The MD5 of blobs, in hexadecimal, by their oids. One that is gone, or is no blob, is left out.
   * @throws REPO_NOT_FOUND, ROLE_MISSING
   */
  digests(
    repoId: number,
    oids: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, string>>
}

/** Processes at the same time, where one is needed for each of many. */
const lanes = 4

export class LookUpService implements LookUpApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async repo(name: RepoName): Promise<number> {
    const where = 'uuid' in name ? { uuid: name.uuid } : { group_name: name.group_name, name: name.name }
    const [row] = await this.#context.storage.collection('repos').find({ where, limit: 1 })
    if (row) return row.id
    throw new GitferryError('REPO_NOT_FOUND', 'There is no such repository.')
  }

  async project({ uuid }: { readonly uuid: string }): Promise<number> {
    const [row] = await this.#context.storage.collection('projects').find({ where: { uuid }, limit: 1 })
    if (row) return row.id
    throw new GitferryError('PROJECT_NOT_FOUND', 'There is no such project.')
  }

  async uuidOfClone(jobId: number): Promise<string> {
    return readCloneInput(await findJob(this.#context.storage, jobId)).uuid
  }

  async cloneOf(uuid: string): Promise<Job | undefined> {
    const { principal, storage } = this.#context
    const seesAll = holdsScope(principal.scope ?? 'admin', 'read') && principal.role === undefined
    const rows = await storage.collection('jobs').find({
      ...(!seesAll && { where: { operator: principal.user } }),
      order: newestFirst,
      limit: 1_000,
    })
    const found = rows.find((row) => findCloneInput(row)?.uuid === uuid)
    return found && toJob(found)
  }

  async caller(): Promise<User | undefined> {
    const { principal, storage } = this.#context
    const row = await storedUserOf(principal, storage.whole)
    return row && { id: row.id, name: row.name, created_at: row.created_at }
  }

  async userNames(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#context.storage.collection('users').find({ where: { id: { in: ids } } })
    return new Map(rows.map(({ id, name }) => [id, name]))
  }

  setMembers(repoId: number, members: readonly GivenMember[], options: CallOptions = {}): Promise<Member[]> {
    return new MembersService(this.#context, 'repo').setMany(repoId, members, options)
  }

  async commitOid(repoId: number, ref: string, { signal }: CallOptions = {}): Promise<string> {
    return resolveRevision(await this.#open(repoId, signal), ref, { signal })
  }

  facts(repos: readonly Repo[]): Promise<RepoFacts[]> {
    return repoFacts(repos, this.#context)
  }

  async branches(
    repoId: number,
    names: readonly string[],
    { divergence = false, signal }: CallOptions & { readonly divergence?: boolean | undefined } = {},
  ): Promise<BranchTip[]> {
    throwIfAborted(signal)
    const repo = await repoFor(this.#context, repoId, toRead)
    const { contentCache: cache, ...context } = this.#context
    return branchTips(repo, names, { ...context, cache, divergence, signal })
  }

  async commits(repoId: number, oids: readonly string[], { signal }: CallOptions = {}): Promise<Commit[]> {
    const { contentCache: cache } = this.#context
    const found = await commitsByOid(await this.#open(repoId, signal), oids, { cache, signal })
    return oids.flatMap((oid) => found.get(oid) ?? [])
  }

  async changedLines(
    repoId: number,
    oids: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<ReadonlyMap<string, ChangedLines>> {
    const source = await this.#open(repoId, signal)
    const found = new Map<string, ChangedLines>()
    const count = async (oid: string, options: CallOptions): Promise<void> => {
      found.set(oid, await source.run(changedLines(oid), options))
    }
    await inLanes(new Set(oids), lanes, count, { signal })
    return found
  }

  async contributions(
    repoId: number,
    { branch, since }: { readonly branch: string; readonly since: number },
    { signal }: CallOptions = {},
  ): Promise<Contributions> {
    const source = await this.#open(repoId, signal)
    const tip = await resolveRevision(source, branch, { signal, field: 'branch' })
    return countLines(source, { tip, since }, signal)
  }

  async digests(
    repoId: number,
    oids: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<ReadonlyMap<string, string>> {
    const { contentCache: cache } = this.#context
    return blobDigests(await this.#open(repoId, signal), oids, { cache, signal })
  }

  async #open(repoId: number, signal: AbortSignal | undefined): Promise<ContentSource> {
    const { runner, settings } = this.#context
    throwIfAborted(signal)
    const repo = await repoFor(this.#context, repoId, toRead)
    return openContent(repo, { runner, repoRoots: rootsOf(repo, settings) })
  }
}
