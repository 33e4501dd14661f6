import type { DeletedTag, Tag } from '../../contract/tag.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { BranchRefs, branchNotFound } from './branch-refs.ts'
import { commitOf } from './commands/commits.ts'
import { type DescribedTag, describeTags } from './commands/describe-tags.ts'
import { listRefs } from './commands/list-refs.ts'
import { type FoundObject, findObjects, writeTagObject } from './commands/objects.ts'
import { readHead } from './head.ts'
import type { LocalRepositoryOptions } from './local-repository.ts'
import { checkStructure } from './structure.ts'
import { tagObjectText } from './tag-object.ts'
import { TagRefs, tagNotFound, tagRef } from './tag-refs.ts'
import { TagWriter } from './tag-writer.ts'
import { toTag } from './to-tag.ts'

const maxListBytes = 128 * 1024 * 1024
const fullOid = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

interface Call {
  readonly signal?: AbortSignal | undefined
}

/** A tag to be made. All names have passed the rules. */
export interface NewTag {
  readonly name: string
  /** A branch, a remote branch, a tag or a full object name; `null`: what HEAD points at. */
  readonly ref: string | null
  /** Makes a tag object, which says who made it when; `null`: a lightweight tag. */
  readonly annotation: { readonly message: string; readonly tagger: string; readonly at: number } | null
}

/**
 * The tags of a repository that a user registered. As with its branches (`LocalRepository`), nothing that its config
 * or hooks name is started, every method reads it anew, and may throw NOT_A_REPOSITORY, ABORTED and GIT_*.
 */
export class LocalTags {
  readonly #repo: LocalRepositoryOptions['repo']
  readonly #runner: GitRunner
  readonly #repoRoots: readonly string[] | null
  readonly #writer: TagWriter

  constructor({ repo, runner, repoRoots = null }: LocalRepositoryOptions) {
    this.#repo = repo
    this.#runner = runner
    this.#repoRoots = repoRoots
    this.#writer = new TagWriter(repo, runner)
  }

  /** The names of all tags, in git's order. */
  async names({ signal }: Call = {}): Promise<string[]> {
    await checkStructure(this.#repo, this.#repoRoots)
    return new TagRefs(await this.#runner.run(listRefs(['refs/tags']), this.#options(signal))).names()
  }

  /** The tags of these names, which are there or were a moment ago; one that is gone is left out. */
  async describe(names: readonly string[], { signal }: Call = {}): Promise<Tag[]> {
    if (names.length === 0) return []
    await checkStructure(this.#repo, this.#repoRoots)
    const described = await this.#runner.run(describeTags(names.map(tagRef)), this.#options(signal))
    const targets = await this.#targets(described, signal)
    return described.map((tag) => toTag(tag, targets.get(tag.oid) ?? tag.oid))
  }

  /** @throws TAG_NOT_FOUND */
  async get(name: string, call: Call = {}): Promise<Tag> {
    const [tag] = await this.describe([name], call)
    if (tag) return tag
    throw tagNotFound(name)
  }

  /**
   * Creates a tag, never over another.
   * @throws TAG_EXISTS, BRANCH_NOT_FOUND (what it is to point at)
   */
  async create({ name, ref, annotation }: NewTag, { signal }: Call = {}): Promise<Tag> {
    await checkStructure(this.#repo, this.#repoRoots)
    const prefixes = ['refs/heads', 'refs/remotes', 'refs/tags']
    const refs = await this.#runner.run(listRefs(prefixes), this.#options(signal))
    const tags = new TagRefs(refs)
    tags.checkRoomFor(name)
    const target = await this.#target(ref, new BranchRefs(refs), tags, signal)
    const oid =
      annotation === null
        ? target.oid
        : await this.#runner.run(
            writeTagObject(tagObjectText({ ...target, name, ...annotation })),
            this.#options(signal),
          )
    await this.#writer.create(name, oid, `tag: tagging ${target.oid} (${ref ?? 'HEAD'})`, signal)
    // it is done: whoever gives up now is told so
    return this.get(name)
  }

  /** @throws TAG_NOT_FOUND, CONFLICT when it moved meanwhile */
  async delete(name: string, { signal }: Call = {}): Promise<DeletedTag> {
    await checkStructure(this.#repo, this.#repoRoots)
    const refs = new TagRefs(await this.#runner.run(listRefs(['refs/tags']), this.#options(signal)))
    const oid = refs.oid(name)
    if (oid === undefined) throw tagNotFound(name)
    await this.#writer.delete(name, oid, signal)
    return { name, deleted: true }
  }

  #options(signal: AbortSignal | undefined): GitRunOptions {
    return { gitDir: this.#repo.git_dir, signal, maxOutputBytes: maxListBytes }
  }

  /** Tag → what it leads to in the end. git before 2.45 follows a tag of a tag one step only. */
  async #targets(
    described: readonly DescribedTag[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, string>> {
    const nested = described.filter(({ target }) => target?.type === 'tag')
    const found =
      nested.length === 0
        ? []
        : await this.#runner.run(findObjects(nested.map(({ oid }) => `${oid}^{}`)), this.#options(signal))
    return new Map([
      ...described.map(({ oid, target }): [string, string] => [oid, target?.oid ?? oid]),
      ...nested.map(({ oid }, index): [string, string] => [oid, found[index]?.oid ?? oid]),
    ])
  }

  async #target(
    ref: string | null,
    branches: BranchRefs,
    tags: TagRefs,
    signal: AbortSignal | undefined,
  ): Promise<FoundObject> {
    const oid =
      ref === null
        ? await this.#head(branches, signal)
        : fullOid.test(ref)
          ? ref
          : (branches.local(ref) ?? branches.remote(ref) ?? tags.oid(ref))
    if (oid === undefined) {
      throw branchNotFound(ref ?? 'HEAD', `ref: there is no branch or tag "${ref}" to tag.`, 'ref')
    }
    const [found] = await this.#runner.run(findObjects([oid]), this.#options(signal))
    // A longer name: `oid` was not a full object name in this repository's format.
    if (found && found.oid.length === oid.length) return found
    throw branchNotFound(
      ref ?? 'HEAD',
      `ref: "${ref ?? 'HEAD'}" leads to no object in this repository.`,
      'ref',
    )
  }

  async #head(branches: BranchRefs, signal: AbortSignal | undefined): Promise<string> {
    const { branch, oid, ref } = await readHead(this.#repo.git_dir, { runner: this.#runner, signal })
    const found =
      branch === null
        ? (oid ?? (await this.#runner.run(commitOf('HEAD'), this.#options(signal))))
        : branches.local(branch)
    if (found != null) return found
    const at = branch ?? ref ?? 'HEAD'
    throw branchNotFound(at, `ref: HEAD is at "${at}", which has no commit yet. Name what to tag.`, 'ref')
  }
}
