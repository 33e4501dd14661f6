import type { RepoRow } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import { forEachRef } from '../git/commands/for-each-ref.ts'
import { readHead } from '../git/local/head.ts'
import type { MovedRef } from '../git/serving/push-commands.ts'
import type { Stores } from '../git/store.ts'
import { writeLocalHead } from '../git/write-local-head.ts'
import type { Logger } from '../ports/index.ts'
import { headRefusal, type PushRule } from '../protection/index.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import { repoKey } from './repo-key.ts'
import type { RepoSizes } from './repo-sizes.ts'

interface AfterPushDeps {
  readonly runner: GitRunner
  readonly stores: Pick<Stores, 'dueTasks' | 'maintain' | 'open'>
  readonly sizes: RepoSizes
  readonly lock: KeyedLock
  readonly logger: Logger
}

/** What is done for a hosted repository once something was pushed to it, or came into it otherwise. */
export class AfterPush {
  readonly #deps: AfterPushDeps
  readonly #closing = new AbortController()
  /** The repositories that are being tidied. */
  readonly #tidying = new Map<number, Promise<void>>()

  constructor(deps: AfterPushDeps) {
    this.#deps = deps
  }

  /**
   * Makes HEAD name a branch that is there, where it names one that never was, and may leave it: the first that was
   * pushed. A clone would check nothing out else. @returns the branch, where HEAD was moved
   */
  async bearHead(
    repo: RepoRow,
    moved: readonly MovedRef[],
    rules: readonly PushRule[],
  ): Promise<string | undefined> {
    const { logger, runner } = this.#deps
    const prefix = 'refs/heads/'
    const branch = moved.find(({ ref, new: oid }) => ref.startsWith(prefix) && oid !== null)?.ref
    if (branch === undefined) return undefined
    const commonDir = repo.common_dir
    try {
      const { ref: expected } = await readHead(commonDir, { runner })
      if (!expected?.startsWith(prefix) || headRefusal(expected, rules) !== undefined) return undefined
      const born = await runner.run(forEachRef([expected]), { gitDir: commonDir })
      if (born.has(expected)) return undefined
      const { outcome } = await writeLocalHead({ runner, commonDir, branch, expected })
      return outcome === 'updated' ? branch.slice(prefix.length) : undefined
    } catch (error) {
      logger.warn('HEAD still names a branch that is not there', { repo_id: repo.id, error })
      return undefined
    }
  }

  /** Measures the repository and packs it where that is due, in the background. */
  tidy(repo: RepoRow): void {
    if (this.#closing.signal.aborted || this.#tidying.has(repo.id)) return
    const work = this.#tidy(repo).finally(() => this.#tidying.delete(repo.id))
    this.#tidying.set(repo.id, work)
  }

  /** Gives up what is under way and waits for it. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort('stopped')
    await Promise.all(this.#tidying.values())
  }

  async #tidy(repo: RepoRow): Promise<void> {
    const { lock, logger, sizes, stores } = this.#deps
    const { signal } = this.#closing
    try {
      if ((await stores.dueTasks(repo)).length > 0) {
        await lock.holdWhileUnwanted(
          repoKey(repo.id),
          async (unwanted) => {
            await stores.maintain(await stores.open(repo, { signal: unwanted }), { signal: unwanted })
          },
          { signal },
        )
      }
      await sizes.refresh(repo, { signal })
    } catch (error) {
      if (signal.aborted) return
      logger.warn('a repository could not be tidied after a change', { repo_id: repo.id, error })
    }
  }
}
