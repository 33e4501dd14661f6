import type { GitferryEventName, GitferryEvents } from '../events.ts'
import type { CallOptions } from './call-options.ts'

/** What happens, as it happens. */
export interface EventsApi {
  /**
   * Calls `listener` with every event of that name from now on; the answer unsubscribes it and may be called twice.
   * Over HTTP, from the server's answer on, for as long as it takes; what happens while a broken connection is made
   * anew is not told.
   */
  on<Name extends GitferryEventName>(name: Name, listener: (event: GitferryEvents[Name]) => void): () => void
  /**
   * The events of that name from now on, until the loop is left or the signal fires, which is no error; in process,
   * also until gitferry has stopped. Over HTTP like `on`, but it ends with the error when the server refuses, is not
   * there, or stays away. It listens also when no loop is begun: `return()` ends it.
   */
  events<Name extends GitferryEventName>(
    name: Name,
    options?: CallOptions,
  ): AsyncIterableIterator<GitferryEvents[Name]>
}
