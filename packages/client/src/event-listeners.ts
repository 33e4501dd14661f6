import type { GitferryEvent, GitferryEventName, GitferryEvents } from '@gitferry/core/contract'
import { namedEvents } from './named-events.ts'
import type { Transport } from './transport.ts'

/** An event stream, and what it was asked for. */
interface Connection {
  readonly names: Set<GitferryEventName>
  readonly closing: AbortController
}

type Listener = (event: never) => unknown

/**
 * Who listens, and the connections that serve them: names that are asked for in one go share one, later ones get
 * another, so that nobody misses anything over somebody else's wish. A connection is closed when nobody listens to
 * any of its names.
 */
export class EventListeners {
  readonly #transport: Transport
  readonly #report: (error: unknown) => void
  readonly #listeners = new Map<GitferryEventName, Set<{ readonly listener: Listener }>>()
  readonly #connections = new Map<GitferryEventName, Connection>()
  /** The one that is asked for as soon as the caller's own work is done. */
  #next: Connection | undefined

  /** `report` gets what can be thrown to nobody. */
  constructor(transport: Transport, report: (error: unknown) => void) {
    this.#transport = transport
    this.#report = report
  }

  on<Name extends GitferryEventName>(
    name: Name,
    listener: (event: GitferryEvents[Name]) => void,
  ): () => void {
    // one function may listen twice
    const entry = { listener }
    const entries = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, entries.add(entry))
    if (!this.#connections.has(name)) this.#connect(name)
    return () => {
      entries.delete(entry)
      this.#closeUnused(this.#connections.get(name))
    }
  }

  #connect(name: GitferryEventName): void {
    if (this.#next === undefined) {
      const connection = { names: new Set<GitferryEventName>(), closing: new AbortController() }
      this.#next = connection
      queueMicrotask(() => {
        if (this.#next === connection) this.#next = undefined
        if (!connection.closing.signal.aborted) void this.#listen(connection)
      })
    }
    this.#next.names.add(name)
    this.#connections.set(name, this.#next)
  }

  async #listen(connection: Connection): Promise<void> {
    const { closing, names } = connection
    try {
      const options = { signal: closing.signal, persistent: true }
      for await (const event of namedEvents(this.#transport, [...names], options)) this.#tell(event)
    } catch (error) {
      this.#forget(connection)
      this.#report(error)
    }
  }

  #tell({ name, data }: GitferryEvent): void {
    for (const { listener } of [...(this.#listeners.get(name) ?? [])]) {
      // an async function is a listener too
      new Promise((resolve) => resolve(listener(data as never))).catch(this.#report)
    }
  }

  #closeUnused(connection: Connection | undefined): void {
    if (connection === undefined) return
    for (const name of connection.names) if (this.#listeners.get(name)?.size) return
    connection.closing.abort()
    this.#forget(connection)
  }

  #forget(connection: Connection): void {
    if (this.#next === connection) this.#next = undefined
    for (const name of connection.names) this.#connections.delete(name)
  }
}
