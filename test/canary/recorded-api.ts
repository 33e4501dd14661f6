import { inspect } from 'node:util'
import { createClient, type GitferryClient } from '@gitferry/client'
import { type GitferryError, isGitferryError } from '@gitferry/core'
import type { Evidence } from './evidence.ts'

/** The ways into a server; every answer, its headers too, is kept as evidence. */
export class RecordedApi {
  readonly #baseUrl: string
  readonly #evidence: Evidence
  readonly api: GitferryClient

  constructor(baseUrl: string, evidence: Evidence) {
    this.#baseUrl = baseUrl
    this.#evidence = evidence
    this.api = createClient({
      baseUrl,
      fetch: (input, init) => this.#fetch(new Request(input, init)),
    })
  }

  /** Without the client, as anybody could; answers what came. */
  async request(
    path: string,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await this.#fetch(new Request(new URL(path, this.#baseUrl), init))
    return { status: answer.status, text: await answer.text() }
  }

  /** The error code of a call that must be refused. The whole error is kept as evidence. */
  async refusal(call: Promise<unknown>): Promise<string> {
    const error = await call.then(
      (answer) => Promise.reject(new Error(`it was answered: ${inspect(answer)}`)),
      (thrown: GitferryError) => (isGitferryError(thrown) ? thrown : Promise.reject(thrown)),
    )
    this.#evidence.add('the errors', error.code, inspect(error, { depth: 9, showHidden: true }))
    this.#evidence.add('the errors', error.code, JSON.stringify({ ...error, message: error.message }))
    return error.code
  }

  async #fetch(request: Request): Promise<Response> {
    const { method, url } = request
    const answer = await fetch(request)
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}\n`).join('')
    const text = `${answer.status}\n${head}\n${await answer.clone().text()}`
    this.#evidence.add('the answers', `the answer to ${method} ${new URL(url).pathname}`, text)
    return answer
  }
}
