import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError } from '../../errors/index.ts'
import { throwIfAborted } from '../../runtime/abort.ts'
import type { GitRunner } from '../command.ts'
import { listRefs } from './commands/list-refs.ts'
import { createRef, deleteRef } from './commands/update-refs.ts'
import { withoutHooks } from './hooks-off.ts'
import { checkRefPath } from './structure.ts'
import { TagRefs, tagNotFound, tagRef } from './tag-refs.ts'

/**
 * Writes the tags of a user's repository, as `BranchWriter` writes its branches: hooks off, each with the value that
 * it must have had before, and not interrupted once begun.
 */
export class TagWriter {
  readonly #repo: Pick<RepoRow, 'git_dir' | 'common_dir'>
  readonly #runner: GitRunner

  constructor(repo: Pick<RepoRow, 'git_dir' | 'common_dir'>, runner: GitRunner) {
    this.#repo = repo
    this.#runner = runner
  }

  /** Creates a tag. @throws TAG_EXISTS when somebody else was faster; ABORTED */
  async create(name: string, oid: string, message: string, signal?: AbortSignal): Promise<void> {
    await checkRefPath(this.#repo.common_dir, 'refs/tags', name)
    const { git_dir: gitDir } = this.#repo
    const settings = await withoutHooks(gitDir, this.#runner)
    throwIfAborted(signal)
    try {
      await this.#runner.run(createRef(tagRef(name), oid, message, settings), { gitDir })
    } catch (error) {
      const refs = await this.#refs()
      refs.checkRoomFor(name)
      throw error
    }
  }

  /** Deletes a tag that is at `oid`. @throws TAG_NOT_FOUND, CONFLICT when it is elsewhere by now; ABORTED */
  async delete(name: string, oid: string, signal?: AbortSignal): Promise<void> {
    await checkRefPath(this.#repo.common_dir, 'refs/tags', name)
    const { git_dir: gitDir } = this.#repo
    const settings = await withoutHooks(gitDir, this.#runner)
    throwIfAborted(signal)
    try {
      await this.#runner.run(deleteRef(tagRef(name), oid, settings), { gitDir })
    } catch (error) {
      const now = (await this.#refs()).oid(name)
      if (now === undefined) {
        throw tagNotFound(name, `The tag "${name}" was deleted by somebody else meanwhile.`)
      }
      if (now === oid) throw error
      throw new GitferryError('CONFLICT', `The tag "${name}" was moved meanwhile and was not deleted.`, {
        details: { tag: name },
        cause: error,
      })
    }
  }

  async #refs(): Promise<TagRefs> {
    return new TagRefs(await this.#runner.run(listRefs(['refs/tags']), { gitDir: this.#repo.git_dir }))
  }
}
