import { GitferryError } from '../errors/index.ts'
import type { GitCommand, GitRunner } from './command.ts'
import { pruneLoose, repackReachable } from './commands/compact.ts'
import { fetch } from './commands/fetch.ts'
import { forEachRef } from './commands/for-each-ref.ts'
import type { RefUpdate } from './commands/push.ts'
import { updateRefs } from './commands/update-ref.ts'
import { KeptRefNames, keptFolder, keptPrefix } from './kept-ref-names.ts'
import { linkPacks } from './link-packs.ts'
import { fileUrl } from './remote-url.ts'

/** A value that a run is about to take away. */
export interface KeptValue {
  /** Full name at the target. */
  readonly ref: string
  readonly oid: string
}

/** A value, and the ref of the kept store that holds it. */
export interface HeldValue extends KeptValue {
  readonly kept_ref: string
}

/** The limit of one command, in ms: a first value may bring a whole history. */
const commandMs = 1_800_000

/** One kept store, for whoever is alone in it. Every method throws what the runner throws. */
export class KeptStore {
  readonly #path: string
  readonly #runner: GitRunner
  readonly #signal: AbortSignal | undefined

  constructor(path: string, { runner, signal }: { runner: GitRunner; signal: AbortSignal | undefined }) {
    this.#path = path
    this.#runner = runner
    this.#signal = signal
  }

  /** Every kept ref: full name → oid. */
  refs(): Promise<Map<string, string>> {
    return this.#run(forEachRef([keptPrefix]))
  }

  /** Keeps the values of a run, each under a name of its own; one that is held already keeps its name. */
  async keep(values: readonly KeptValue[], runId: number, from: string): Promise<HeldValue[]> {
    const taken = await this.#run(forEachRef([keptFolder(runId)]))
    const names = new KeptRefNames(runId, taken)
    const held = values.map((value) => ({ ...value, kept_ref: names.nameFor(value.ref, value.oid) }))
    const fresh = held.filter(({ kept_ref, oid }) => taken.get(kept_ref) !== oid)
    await this.#take(new Map(fresh.map(({ kept_ref, oid }) => [kept_ref, oid])), from)
    return held
  }

  /** Takes refs over as another repository has them. */
  async adopt(refs: ReadonlyMap<string, string>, from: string): Promise<void> {
    const taken = await this.refs()
    await this.#take(new Map([...refs].filter(([name, oid]) => taken.get(name) !== oid)), from)
  }

  /** Brings objects from here into another repository, without a ref. */
  async giveTo(to: string, oids: readonly string[]): Promise<void> {
    await this.#fetch(this.#path, to, oids)
  }

  async letGo(refs: ReadonlyMap<string, string>): Promise<void> {
    await this.#update([...refs].map(([ref, oid]) => ({ ref, oid: null, expected: oid })))
  }

  /** Gives back the room of what no ref reaches. */
  async compact(): Promise<void> {
    await this.#run(repackReachable())
    await this.#run(pruneLoose())
  }

  /** The objects first: git checks that nothing they lead to is missing, and fetches only what the links left out. */
  async #take(refs: ReadonlyMap<string, string>, from: string): Promise<void> {
    if (refs.size === 0) return
    await linkPacks(from, this.#path, { signal: this.#signal })
    await this.#fetch(from, this.#path, [...refs.values()])
    await this.#update([...refs].map(([ref, oid]) => ({ ref, oid, expected: null })))
  }

  async #fetch(from: string, to: string, oids: readonly string[]): Promise<void> {
    const refspecs = [...new Set(oids)].map((source) => ({ source }))
    await this.#run(fetch({ url: fileUrl(from), protocol: 'file', refspecs }), to)
  }

  async #update(updates: readonly RefUpdate[]): Promise<void> {
    const result = await this.#run(updateRefs(updates))
    if (result.outcome === 'updated') return
    throw new GitferryError('STORE_FAILED', `A kept store could not be changed: ${result.reason}.`, {
      details: { ref: result.ref ?? null },
    })
  }

  #run<Result>(command: GitCommand<Result>, gitDir = this.#path): Promise<Result> {
    return this.#runner.run(command, { gitDir, timeoutMs: commandMs, signal: this.#signal })
  }
}
