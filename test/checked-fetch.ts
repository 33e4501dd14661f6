import { apiDocument } from '../packages/server/src/openapi/document.ts'
import { AnswerValidation } from './answer-validation.ts'

let shared: AnswerValidation | undefined

/** The one for this version’s own description; making it takes a moment. */
export function answerValidation(): AnswerValidation {
  shared ??= new AnswerValidation(apiDocument())
  return shared
}

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
      const { method, url } = request
      const response = await inner(request)
      const type = response.headers.get('content-type')
      // who asks for a stream wants it as it comes
      const isStream = type?.startsWith('text/event-stream') ?? false
      const text = isStream ? undefined : await response.clone().text()
      try {
        answerValidation().check({
          method,
          path: new URL(url).pathname,
          status: response.status,
          type,
          ...(text !== undefined && { text }),
        })
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
