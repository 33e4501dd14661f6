import { checkAnswer } from './checked-fetch-answer.ts'

/** A `fetch` that holds every answer to the description of the API. */
export interface CheckedFetch {
  readonly fetch: typeof globalThis.fetch
  /** What was not as described, so far. */
  readonly problems: readonly unknown[]
  /** Throws the first problem: a client takes one for a failure of the network, and a test may expect just that. */
  end(): void
}

export function checkedFetch(inner: typeof globalThis.fetch = globalThis.fetch): CheckedFetch {
  const problems: unknown[] = []
  return {
    problems,
    async fetch(input, init) {
      const request = new Request(input, init)
      const response = await inner(request)
      try {
        await checkAnswer(request, response)
      } catch (problem) {
        problems.push(problem)
        throw problem
      }
      return response
    },
    end() {
      if (problems.length > 0) throw problems[0]
    },
  }
}
