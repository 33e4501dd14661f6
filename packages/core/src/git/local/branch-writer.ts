import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError } from '../../errors/index.ts'
import { throwIfAborted } from '../../runtime/abort.ts'
import type { GitRunner } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import { BranchRefs, branchNotFound } from './branch-refs.ts'
import { listRefs } from './commands/list-refs.ts'
import { setHead } from './commands/symbolic-ref.ts'
import { createRef, deleteRef } from './commands/update-refs.ts'
import { withoutHooks } from './hooks-off.ts'
import { checkBranchPath } from './structure.ts'

/**
 * Writes the branches of a user's repository, hooks off and each with the value that it must have had before.
 * Once begun, a write takes milliseconds and is not interrupted: an abort finds it done or not begun.
 */
export class BranchWriter {
  readonly #repo: Pick<RepoRow, 'git_dir' | 'common_dir'>
  readonly #runner: GitRunner

  constructor(repo: Pick<RepoRow, 'git_dir' | 'common_dir'>, runner: GitRunner) {
    this.#repo = repo
    this.#runner = runner
  }

  /** Creates a branch; `message` goes to its log. @throws BRANCH_EXISTS when somebody else was faster; ABORTED */
  async create(name: string, oid: string, message: string, signal?: AbortSignal): Promise<void> {
    await checkBranchPath(this.#repo.common_dir, name)
    const settings = await this.#withoutHooks()
    throwIfAborted(signal)
    try {
      await this.#runner.run(createRef(`refs/heads/${name}`, oid, message, settings), {
        gitDir: this.#repo.git_dir,
      })
    } catch (error) {
      const refs = await this.#refs()
      refs.checkRoomFor(name)
      throw error
    }
  }

  /** Deletes a branch that is at `oid`. @throws BRANCH_NOT_FOUND, CONFLICT when it is elsewhere by now; ABORTED */
  async delete(name: string, oid: string, signal?: AbortSignal): Promise<void> {
    await checkBranchPath(this.#repo.common_dir, name)
    const settings = await this.#withoutHooks()
    throwIfAborted(signal)
    try {
      await this.#runner.run(deleteRef(`refs/heads/${name}`, oid, settings), { gitDir: this.#repo.git_dir })
    } catch (error) {
      const now = (await this.#refs()).local(name)
      if (now === undefined) {
        throw branchNotFound(name, `The branch "${name}" was deleted by somebody else meanwhile.`)
      }
      if (now === oid) throw error
      throw new GitferryError('CONFLICT', `The branch "${name}" was moved meanwhile and was not deleted.`, {
        details: { branch: name },
        cause: error,
      })
    }
  }

  /** Makes HEAD name a branch: in a bare repository, which has no worktree to switch. @throws ABORTED */
  async setHead(name: string, signal?: AbortSignal): Promise<void> {
    const settings = await this.#withoutHooks()
    throwIfAborted(signal)
    await this.#runner.run(setHead(name, settings), { gitDir: this.#repo.git_dir })
  }

  async #refs(): Promise<BranchRefs> {
    return new BranchRefs(await this.#runner.run(listRefs(['refs/heads']), { gitDir: this.#repo.git_dir }))
  }

  #withoutHooks(): Promise<readonly GitSetting[]> {
    return withoutHooks(this.#repo.git_dir, this.#runner)
  }
}
