import type { CallOptions, Stats, StatsApi } from '../contract/index.ts'
import { openContent } from '../git/content/content-source.ts'
import { readStats } from '../git/content/read-stats.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { repoFor, toRead } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

/** Figures of repositories. */
export class StatsService implements StatsApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async get(repoId: number, { signal }: CallOptions = {}): Promise<Stats> {
    throwIfAborted(signal)
    const { contentCache: cache, runner, settings, sizes } = this.#context
    const repo = await repoFor(this.#context, repoId, toRead)
    const source = await openContent(repo, { runner, repoRoots: rootsOf(repo, settings) })
    const measure = (shared: AbortSignal) => sizes.measure(repo, { signal: shared })
    return readStats(source, { cache, measure, signal })
  }
}
