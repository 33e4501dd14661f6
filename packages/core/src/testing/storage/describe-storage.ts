import assert from 'node:assert/strict'
import type { StorageAdapter } from '../../ports/index.ts'
import type { TestRunner } from '../runner.ts'
import type { CaseContext, StorageCase } from './storage-case.ts'
import { storageThemes } from './themes.ts'

/** An adapter to be judged, over data of its own. */
export interface StorageSubject {
  /** Not open yet, and empty. */
  readonly adapter: StorageAdapter
  /**
   * Another adapter over the same data, not open yet. It must be there when the adapter says that it is `durable`
   * or `shared`.
   */
  readonly again?: () => StorageAdapter
  /** Removes the data. Every adapter is closed by then. */
  dispose(): Promise<void>
}

/**
 * Declares the conformance suite of the storage port: one test per rule. An adapter that passes may stand behind
 * gitferry.
 *
 * @param runner the test runner's functions: `{ describe, it, beforeEach, afterEach }`
 * @param makeSubject called once for each case
 *
 * @example
 * describeStorage({ describe, it, beforeEach, afterEach }, async () => ({
 *   adapter: memoryStorage(),
 *   dispose: async () => {},
 * }))
 */
export function describeStorage(runner: TestRunner, makeSubject: () => Promise<StorageSubject>): void {
  for (const [theme, cases] of Object.entries(storageThemes)) {
    runner.describe(theme, () => {
      let trial: Trial | undefined
      runner.beforeEach(async () => {
        trial = await Trial.begin(await makeSubject())
      })
      runner.afterEach(async () => {
        await trial?.end()
        trial = undefined
      })
      for (const [rule, storageCase] of Object.entries(cases)) {
        runner.it(rule, async () => trial!.run(storageCase))
      }
    })
  }
}

/** One subject, open for one case; everything that was opened is closed at the end. */
class Trial implements CaseContext {
  readonly storage: StorageAdapter
  readonly #subject: StorageSubject
  readonly #open = new Set<StorageAdapter>()

  private constructor(subject: StorageSubject) {
    this.#subject = subject
    this.storage = subject.adapter
  }

  static async begin(subject: StorageSubject): Promise<Trial> {
    const trial = new Trial(subject)
    await trial.#opened(subject.adapter)
    return trial
  }

  async run(storageCase: StorageCase): Promise<void> {
    const { durable, shared } = this.storage.capabilities
    assert.ok(
      this.#subject.again !== undefined || !(durable || shared),
      'the subject of a durable or shared adapter must have "again"',
    )
    if (storageCase.needs !== undefined && !this.storage.capabilities[storageCase.needs]) return
    await storageCase.run({
      storage: this.storage,
      close: () => this.close(),
      restart: () => this.restart(),
      beside: () => this.beside(),
    })
  }

  async close(): Promise<void> {
    this.#open.delete(this.storage)
    await this.storage.close()
  }

  async restart(): Promise<StorageAdapter> {
    await this.close()
    return this.beside()
  }

  beside(): Promise<StorageAdapter> {
    return this.#opened(this.#subject.again!())
  }

  async end(): Promise<void> {
    for (const adapter of this.#open) await adapter.close()
    await this.#subject.dispose()
  }

  async #opened(adapter: StorageAdapter): Promise<StorageAdapter> {
    await adapter.open()
    this.#open.add(adapter)
    return adapter
  }
}
