/** The event stream of a server, written down as it comes. */
export class RecordedEvents {
  #text = ''
  readonly #waiting = new Set<() => void>()
  readonly #ended: Promise<void>

  private constructor(answer: Response) {
    this.#ended = this.#read(answer)
  }

  /** Answers once the server listens: from then on nothing is missed. */
  static async of(baseUrl: string): Promise<RecordedEvents> {
    const events = new RecordedEvents(await fetch(new URL('/api/v1/events', baseUrl)))
    await events.whenSeen('listening', 1)
    return events
  }

  get text(): string {
    return this.#text
  }

  /** Settles when the server has ended the stream. */
  get ended(): Promise<void> {
    return this.#ended
  }

  count(name: string): number {
    return this.#text.split(`event: ${name}\n`).length - 1
  }

  /** Waits until an event was told so often. */
  async whenSeen(name: string, count: number): Promise<void> {
    while (this.count(name) < count) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  async #read(answer: Response): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      this.#text += decoder.decode(chunk, { stream: true })
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
    }
  }
}
