import { EventEmitter } from 'eventemitter3'
import type { GitferryEvent, GitferryEventName, GitferryEvents } from '../contract/index.ts'
import type { Logger } from '../ports/index.ts'

type Listener<Name extends GitferryEventName> = (event: GitferryEvents[Name]) => void

/** Events as they come. */
export interface EventStream<Event> extends AsyncIterableIterator<Event, undefined, undefined> {
  /** Stops listening; a read under way ends. May be called twice. */
  return(): Promise<IteratorResult<Event, undefined>>
}

interface ListenOptions {
  /** Which events are told. Default: all. */
  readonly only?: ((event: GitferryEvent) => boolean) | undefined
}

interface StreamOptions extends ListenOptions {
  readonly signal?: AbortSignal | undefined
}

const bufferSize = 1_000

/**
 * The typed events of one gitferry. Listeners are called at once and in order; one that throws is logged and
 * disturbs nobody.
 */
export class EventBus {
  readonly #emitter = new EventEmitter()
  readonly #logger: Logger
  /** What ends each stream that is open. */
  readonly #open = new Set<() => void>()
  #closed = false

  constructor({ logger }: { readonly logger: Logger }) {
    this.#logger = logger
  }

  emit<Name extends GitferryEventName>(name: Name, event: GitferryEvents[Name]): void {
    this.#emitter.emit(name, event)
  }

  /** Calls `listener` with every event of that name; the answer unsubscribes it and may be called twice. */
  on<Name extends GitferryEventName>(
    name: Name,
    listener: Listener<Name>,
    { only = () => true }: ListenOptions = {},
  ): () => void {
    const failed = (error: unknown) => this.#logger.error('an event listener failed', { event: name, error })
    const guarded = (event: GitferryEvents[Name]) => {
      try {
        if (!only({ name, data: event } as GitferryEvent)) return
        // an async function is a listener too, and its rejection would end the process
        Promise.resolve(listener(event)).catch(failed)
      } catch (error) {
        failed(error)
      }
    }
    this.#emitter.on(name, guarded)
    return () => {
      this.#emitter.off(name, guarded)
    }
  }

  /**
   * The events of that name from this call on, until the loop is left or the signal fires (which ends the loop,
   * without an error), or the bus is closed. A consumer that falls 1,000 events behind loses the oldest; a warning in
   * the log counts them. It listens until then, also when no loop was begun: call `return()` on it instead.
   */
  events<Name extends GitferryEventName>(
    name: Name,
    options: StreamOptions = {},
  ): EventStream<GitferryEvents[Name]> {
    return this.#stream(name, (push) => [this.on(name, push, options)], options)
  }

  /** The events of all these names, each with its name, in the order in which they happen. Otherwise like `events`. */
  eventsOf(names: readonly GitferryEventName[], options: StreamOptions = {}): EventStream<GitferryEvent> {
    return this.#stream(
      names.join(','),
      (push) => names.map((name) => this.on(name, (data) => push({ name, data } as GitferryEvent), options)),
      options,
    )
  }

  /** Nothing more will happen: every stream ends once what it holds is read. May be called twice. */
  close(): void {
    this.#closed = true
    for (const finish of [...this.#open]) finish()
  }

  #stream<Event>(
    label: string,
    subscribe: (push: (event: Event) => void) => (() => void)[],
    { signal }: StreamOptions,
  ): EventStream<Event> {
    const buffer: Event[] = []
    const logger = this.#logger
    let lost = 0
    let ended = false
    let finished = false
    let wake = () => {}
    const unsubscribe = subscribe((event) => {
      if (buffer.push(event) > bufferSize) {
        buffer.shift()
        lost += 1
      }
      wake()
    })

    function reportLost(): void {
      if (lost > 0) logger.warn('a slow consumer lost events', { event: label, lost })
      lost = 0
    }

    const finish = () => {
      finished = true
      wake()
    }

    const end = () => {
      if (ended) return
      ended = true
      this.#open.delete(finish)
      for (const off of unsubscribe) off()
      signal?.removeEventListener('abort', end)
      reportLost()
      wake()
    }

    async function* read(): AsyncGenerator<Event, undefined, undefined> {
      while (!ended) {
        const event = buffer.shift()
        if (event !== undefined) {
          yield event
          continue
        }
        if (finished) {
          end()
          break
        }
        reportLost()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return undefined
    }

    this.#open.add(finish)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    if (this.#closed) finish()
    const generator = read()
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: () => generator.next(),
      // ends a read under way as well, which the generator's own return() would wait for
      return() {
        end()
        return generator.return(undefined)
      },
    }
  }
}
