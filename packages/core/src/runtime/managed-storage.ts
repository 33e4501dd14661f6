import { GitferryError } from '../errors/index.ts'
import type { StorageAdapter, TableName } from '../ports/index.ts'
import type { CallerSession, CallerStorage } from '../rights/caller-storage.ts'

/**
 * Guards a storage adapter once, so that adapters stay naive: opened once (again after a failure), closed once,
 * refused before and after.
 */
export class ManagedStorage implements CallerStorage {
  readonly #adapter: StorageAdapter
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #open = false

  constructor(adapter: StorageAdapter) {
    this.#adapter = adapter
  }

  get whole(): this {
    return this
  }

  get name(): string {
    return this.#adapter.name
  }

  /** May be called twice: calls share one attempt, and a failed attempt can be repeated. @throws STORAGE_FAILED */
  open(): Promise<void> {
    if (this.#closing) return Promise.reject(this.#refusal())
    this.#opening ??= this.#adapter.open().then(
      () => {
        this.#open = this.#closing === undefined
      },
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  /** May be called twice. Waits for an opening under way; does nothing when it was never opened. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      const opened = await this.#opening?.then(
        () => true,
        () => false,
      )
      this.#open = false
      if (opened) await this.#adapter.close()
    })()
    return this.#closing
  }

  collection<Name extends TableName>(name: Name) {
    if (!this.#open) throw this.#refusal()
    return this.#adapter.collection(name)
  }

  async transaction<Result>(work: (session: CallerSession) => Promise<Result>): Promise<Result> {
    if (!this.#open) throw this.#refusal()
    return this.#adapter.transaction((session) =>
      work({ collection: (name) => session.collection(name), whole: session }),
    )
  }

  #refusal(): GitferryError {
    const when = this.#closing ? 'has been stopped' : 'has not been started: call start() first'
    return new GitferryError('CLOSED', `gitferry ${when}.`)
  }
}
