import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { GitCommand, GitRunner } from './command.ts'
import { writeCommitGraph } from './commands/commit-graph.ts'
import { gc } from './commands/gc.ts'
import { packLooseObjects } from './commands/pack-loose-objects.ts'
import { packRefs } from './commands/pack-refs.ts'
import { repack } from './commands/repack.ts'
import { dueTasks, type MaintenanceTask } from './due-tasks.ts'
import { ifGone } from './if-gone.ts'
import {
  type Collected,
  collectedFile,
  graphChainFile,
  type StoreCondition,
  storeCondition,
} from './store-condition.ts'

const commands: Readonly<Record<MaintenanceTask, () => GitCommand<void>>> = {
  'pack-refs': packRefs,
  'loose-objects': packLooseObjects,
  'incremental-repack': repack,
  'commit-graph': writeCommitGraph,
  gc,
}

/** The limit of one task, in ms. */
const taskMs = 600_000
/** Of a collection, which reads and may rewrite everything. */
const collectionMs = 3_600_000

export interface MaintenanceOptions {
  readonly signal?: AbortSignal | undefined
  /** Also what takes long, for a time when nobody waits. Default false. */
  readonly thorough?: boolean | undefined
}

/** Keeps stores quick: looks at one without a process, and starts git only for what is due. */
export class StoreMaintenance {
  readonly #runner: GitRunner
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger

  constructor(deps: {
    readonly runner: GitRunner
    readonly clock: Pick<Clock, 'now'>
    readonly logger: Logger
  }) {
    this.#runner = deps.runner
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /** What a git directory needs now. */
  async due(path: string, { thorough = false }: MaintenanceOptions = {}): Promise<MaintenanceTask[]> {
    return dueTasks(await storeCondition(path), { now: this.#clock.now(), thorough })
  }

  /** Does what is due, one task after another, and answers what was done. @throws GIT_*, DISK_FULL, ABORTED */
  async maintain(
    { path, uuid }: { readonly path: string; readonly uuid: string },
    { signal, thorough = false }: MaintenanceOptions = {},
  ): Promise<MaintenanceTask[]> {
    let before = await storeCondition(path)
    // the first look of all is what growth is measured against
    if (before.collected === undefined) await this.#noteCollected(path, before)
    const done = dueTasks(before, { now: this.#clock.now(), thorough })
    for (const task of done) {
      throwIfAborted(signal)
      const startedAt = performance.now()
      const timeoutMs = task === 'gc' ? collectionMs : taskMs
      await this.#runner.run(commands[task](), { gitDir: path, timeoutMs, signal })
      const after = await storeCondition(path)
      if (task === 'gc') await this.#noteCollected(path, after)
      // packs that are only written anew bring no commit
      if (task !== 'pack-refs') await touch(join(path, graphChainFile))
      this.#logger.info('a store was tidied', {
        uuid,
        task,
        ms: Math.round(performance.now() - startedAt),
        bytes_before: before.packBytes,
        bytes_after: after.packBytes,
      })
      before = after
    }
    return done
  }

  async #noteCollected(path: string, { objects }: StoreCondition): Promise<void> {
    const note: Collected = { at: this.#clock.now(), objects }
    await writeFile(join(path, collectedFile), `${JSON.stringify(note)}\n`)
  }
}

/** git leaves the chain alone when no commit is new; without this the same look would be due again. */
async function touch(path: string): Promise<void> {
  // the file system's own time: it is compared with that of packs
  const now = new Date()
  await utimes(path, now, now).catch(ifGone(undefined))
}
