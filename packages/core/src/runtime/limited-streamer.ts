import { GitferryError } from '../errors/index.ts'
import type { GitStreamCommand, GitStreamer } from '../git/command.ts'
import type { StreamEnd, StreamEnds, StreamOptions } from '../git/process-stream.ts'
import { throwIfAborted } from './abort.ts'
import { FairPlaces } from './fair-places.ts'

/**
 * Streamers in front of another, one for each caller, that together serve only so many git clients at the same time; the
 * rest wait their turn, as those in front of the runner do (`LimitedRunner`). Deadlines count from when git starts.
 */
export class LimitedStreamer {
  readonly #streamer: GitStreamer
  readonly #places: FairPlaces
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  constructor({
    streamer,
    atOnce,
    mayWait,
  }: {
    readonly streamer: GitStreamer
    /** Gits at the same time, of which one caller may have half. */
    readonly atOnce: number
    /** How many clients may wait, of which half may be one caller’s; further ones are refused. */
    readonly mayWait: number
  }) {
    this.#streamer = streamer
    this.#places = new FairPlaces({ atOnce, mayWait })
  }

  /** The streamer of one caller. It throws RATE_LIMITED, besides, when too many wait already. */
  of(caller: string): GitStreamer {
    return { stream: (command, ends, options) => this.#stream(caller, command, ends, options) }
  }

  /** Takes no further client, and waits for those that are being served. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
  }

  async #stream(
    caller: string,
    command: GitStreamCommand,
    ends: StreamEnds,
    options: StreamOptions = {},
  ): Promise<StreamEnd> {
    if (this.#isClosed) {
      throw new GitferryError('CLOSED', 'gitferry is being stopped and serves no further git client.')
    }
    const serving = this.#inPlace(caller, command, ends, options)
    this.#underWay.add(serving)
    try {
      return await serving
    } finally {
      this.#underWay.delete(serving)
    }
  }

  async #inPlace(
    caller: string,
    command: GitStreamCommand,
    ends: StreamEnds,
    options: StreamOptions,
  ): Promise<StreamEnd> {
    throwIfAborted(options.signal)
    await this.#places.take(caller, options.signal)
    try {
      return await this.#streamer.stream(command, ends, options)
    } finally {
      this.#places.release(caller)
    }
  }
}
