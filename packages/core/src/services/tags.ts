import { z } from 'zod'
import {
  type CallOptions,
  type CreateTag,
  createTag,
  type DeletedTag,
  type Page,
  pageOf,
  type RepoRow,
  refName,
  system,
  type Tag,
  type TagQuery,
  type TagsApi,
  tagQuery,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { LocalTags } from '../git/local/local-tags.ts'
import { tagRef } from '../git/local/tag-refs.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { AuditDraft, AuditSubject } from './audit-log.ts'
import { changeRepo } from './change-repo.ts'
import type { ServiceContext } from './context.ts'
import { inBatches, slicePage } from './pages.ts'
import { callersRules, refuseProtected } from './protected-refs.ts'
import { repoFor, toRead, toWrite } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

const nameInput = z.object({ tag: refName })

/** Tags of the registered repository itself, not of its store. */
export class TagsService implements TagsApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(repoId: number, query: TagQuery = {}, { signal }: CallOptions = {}): Promise<Page<Tag>> {
    throwIfAborted(signal)
    const tags = this.#open(await repoFor(this.#context, repoId, toRead))
    const paging = pageOf(parseInput(tagQuery, query))
    // only what is shown is read: a repository may have ten thousand tags, each with its message
    const names = slicePage(await tags.names({ signal }), paging)
    return { ...names, items: await tags.describe(names.items, { signal }) }
  }

  async *all(repoId: number, { signal }: CallOptions = {}): AsyncGenerator<Tag, void, undefined> {
    throwIfAborted(signal)
    const tags = this.#open(await repoFor(this.#context, repoId, toRead))
    for (const names of inBatches(await tags.names({ signal }))) {
      for (const tag of await tags.describe(names, { signal })) {
        throwIfAborted(signal)
        yield tag
      }
    }
  }

  async get(repoId: number, name: string, { signal }: CallOptions = {}): Promise<Tag> {
    throwIfAborted(signal)
    const repo = await repoFor(this.#context, repoId, toRead)
    return this.#open(repo).get(parseInput(nameInput, { tag: name }).tag, { signal })
  }

  async create(repoId: number, input: CreateTag, { signal }: CallOptions = {}): Promise<Tag> {
    throwIfAborted(signal)
    const { clock, events, principal } = this.#context
    const tag = await this.#change('create', repoId, async (repo, draft) => {
      const { name, ref = null, message = null } = parseInput(createTag, input)
      draft.note({ details: { tag: name } })
      refuseProtected({ ref: tagRef(name), does: 'create' }, await callersRules(repo, this.#context))
      await draft.begin()
      const tagger = principal.user === system.user ? 'gitferry' : principal.user
      const annotation = message === null ? null : { message, tagger, at: clock.now() }
      return this.#open(repo).create({ name, ref, annotation }, { signal })
    })
    events.emit('tag.created', { repo_id: repoId, tag })
    return tag
  }

  async delete(repoId: number, name: string, { signal }: CallOptions = {}): Promise<DeletedTag> {
    throwIfAborted(signal)
    await this.#change('delete', repoId, async (repo, draft) => {
      const { tag } = parseInput(nameInput, { tag: name })
      draft.note({ details: { tag } })
      refuseProtected({ ref: tagRef(tag), does: 'delete' }, await callersRules(repo, this.#context))
      await draft.begin()
      await this.#open(repo).delete(tag, { signal })
    })
    this.#context.events.emit('tag.deleted', { repo_id: repoId, name })
    return { name, deleted: true }
  }

  #open(repo: RepoRow): LocalTags {
    const { runner, settings } = this.#context
    return new LocalTags({ repo, runner, repoRoots: rootsOf(repo, settings) })
  }

  #change<Result>(
    type: AuditSubject['type'],
    repoId: number,
    work: (repo: RepoRow, draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    return changeRepo(this.#context, { type, object_type: 'tag', repoId, needs: toWrite }, work)
  }
}
