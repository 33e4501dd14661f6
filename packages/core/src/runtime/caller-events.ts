import {
  type EventsApi,
  eventNames,
  type GitferryEvent,
  type GitferryEventName,
  type GitferryEvents,
  type Principal,
} from '../contract/index.ts'
import { isEventOf } from '../rights/repos-of-event.ts'
import type { EventBus, EventStream } from './event-bus.ts'
import { selectEventNames } from './select-event-names.ts'

interface Options {
  readonly signal?: AbortSignal | undefined
}

/** The events as one principal is told them: who is restricted to repositories, of those alone. */
export class CallerEvents implements EventsApi {
  readonly #bus: EventBus
  readonly #only: ((event: GitferryEvent) => boolean) | undefined

  constructor(bus: EventBus, { repoIds }: Pick<Principal, 'repoIds'>) {
    this.#bus = bus
    this.#only = repoIds == null ? undefined : (event) => isEventOf(event, repoIds)
  }

  on<Name extends GitferryEventName>(
    name: Name,
    listener: (event: GitferryEvents[Name]) => void,
  ): () => void {
    return this.#bus.on(name, listener, { only: this.#only })
  }

  events<Name extends GitferryEventName>(
    name: Name,
    { signal }: Options = {},
  ): EventStream<GitferryEvents[Name]> {
    return this.#bus.events(name, { signal, only: this.#only })
  }

  eventsOf(names: readonly string[] = eventNames, { signal }: Options = {}): EventStream<GitferryEvent> {
    return this.#bus.eventsOf(selectEventNames(names), { signal, only: this.#only })
  }
}
