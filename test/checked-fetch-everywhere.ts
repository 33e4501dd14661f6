import { checkAnswer, checkParts } from './checked-fetch-answer.ts'

/**
 * Watches a `fetch`, and holds what any gitferry answers to the description of its API, without holding it up. A
 * gitferry is known by what it sends with every answer: git servers, robots and scripted servers send nothing like it.
 */
export class CheckedFetchEverywhere {
  readonly #inner: typeof globalThis.fetch
  readonly #pending = new Set<Promise<void>>()
  readonly #problems: unknown[] = []

  constructor(inner: typeof globalThis.fetch) {
    this.#inner = inner
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const given = input instanceof Request ? input : undefined
    const request = new Request(given?.url ?? String(input), {
      method: init?.method ?? given?.method ?? 'GET',
    })
    const response = await this.#inner(input, init)
    if (!isOfGitferry(response)) return response
    if (isLines(response)) return this.#readAlong(request, response)
    this.#note(checkAnswer(request, response))
    return response
  }

  /** Waits for the checks that go on, and throws the first problem since the last time. */
  async end(): Promise<void> {
    await Promise.all(this.#pending)
    const [problem] = this.#problems.splice(0)
    if (problem !== undefined) throw problem
  }

  /** Checks lines as the caller reads them, no faster, and lets go with it: then only what came first is checked. */
  #readAlong(request: Request, response: Response): Response {
    this.#note(checkParts(request, response, undefined))
    const pieces: Uint8Array[] = []
    const reading = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, through) => {
        pieces.push(piece)
        through.enqueue(piece)
      },
      flush: () => this.#note(checkParts(request, response, Buffer.concat(pieces).toString())),
    })
    return new Response(response.body?.pipeThrough(reading), response)
  }

  #note(check: Promise<void>): void {
    const noted = check
      .catch((problem: unknown) => void this.#problems.push(problem))
      .finally(() => this.#pending.delete(noted))
    this.#pending.add(noted)
  }
}

/** Its number of the request, and its policy for browsers (`server/src/middleware/security-headers.ts`). */
const isOfGitferry = ({ headers }: Response): boolean =>
  headers.has('x-request-id') &&
  (headers.get('content-security-policy') ?? '').startsWith("default-src 'none'")

const isLines = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('application/x-ndjson') === true
