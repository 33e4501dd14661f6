import { GitferryError } from '../errors/index.ts'
import type { NotifierAdapter } from '../ports/index.ts'

/** The notifiers that the application gave, by the type of channel that they send to. */
export class Notifiers {
  readonly #byType = new Map<string, NotifierAdapter>()

  /** @throws INVALID_INPUT naming `notifiers` when two are of one type */
  constructor(adapters: readonly NotifierAdapter[]) {
    for (const adapter of adapters) {
      if (this.#byType.has(adapter.type)) {
        throw new GitferryError('INVALID_INPUT', `notifiers: two are of the type "${adapter.type}".`, {
          details: { field: 'notifiers' },
        })
      }
      this.#byType.set(adapter.type, adapter)
    }
  }

  get types(): string[] {
    return [...this.#byType.keys()].sort()
  }

  find(type: string): NotifierAdapter | undefined {
    return this.#byType.get(type)
  }

  /** @throws INVALID_INPUT naming `type`, with the types that there are */
  get(type: string): NotifierAdapter {
    const found = this.find(type)
    if (found) return found
    const known =
      this.types.length === 0 ? 'no notifier is set up here' : `known are ${this.types.join(', ')}`
    throw new GitferryError('INVALID_INPUT', `type: there is no such notifier; ${known}.`, {
      details: { field: 'type', known: this.types },
    })
  }
}
