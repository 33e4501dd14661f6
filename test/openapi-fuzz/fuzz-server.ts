import { apiDocument } from '../../packages/server/src/openapi/document.ts'
import { ApiDocument, type Operation } from './api-document.ts'
import { Dice } from './dice.ts'
import { collectionOf } from './known-values.ts'
import { type FuzzRequest, FuzzRequests } from './requests.ts'
import { type FuzzAnswer, send } from './send.ts'
import { createWorld, type FuzzWorld, webhookSecret } from './world.ts'

export interface ServerFuzz {
  readonly requests: number
  readonly seed: number
  /** The only operations to ask for. Default: all. */
  readonly operations?: readonly string[]
  /** A defect of the server; see `createWorld`. */
  readonly alter?: Parameters<typeof createWorld>[0]
}

/** How often each operation answered 2xx, 4xx and the rest. */
export type ServerCensus = ReadonlyMap<string, { success: number; refused: number; remote: number }>

/** Then everything that requests deleted, paused and renamed is there again. */
const requestsPerWorld = 300
const requestsPerHealth = 50

/** What may be the fault of a remote: 502 and 504. Everything else from 500 on is ours. */
const faultsOfRemotes = new Set([502, 504])

/**
 * Asks for every operation with requests drawn from its description, and from what the server answered before.
 * @throws an Error with the request for an answer that is not as described, a 500, no answer, or a server that is not
 *   healthy afterwards
 */
export async function fuzzServer({ alter, operations, requests, seed }: ServerFuzz): Promise<ServerCensus> {
  const document = new ApiDocument(apiDocument())
  const asked = document.operations.filter(({ operationId }) => operations?.includes(operationId) ?? true)
  const dice = new Dice(seed)
  const census = new Map(asked.map(({ operationId }) => [operationId, { success: 0, refused: 0, remote: 0 }]))
  for (let done = 0; done < requests; done += requestsPerWorld) {
    await using world = await createWorld(alter)
    const drawn = new FuzzRequests({ document, known: world.known, dice, webhookSecret })
    const asking = new Asking(world)
    for (let index = 0; index < Math.min(requestsPerWorld, requests - done); index += 1) {
      // each in its turn, and in between whichever
      const operation =
        index % 2 === 0 ? asked[(((done + index) / 2) % asked.length) | 0]! : dice.oneOf(asked)
      const request = drawn.draw(operation)
      const answer = await asking.ask(request)
      const { status } = answer
      const counts = census.get(operation.operationId)!
      counts[status < 400 ? 'success' : status < 500 ? 'refused' : 'remote'] += 1
      if (status < 400) learn(world, operation, answer)
      if (index % requestsPerHealth === 0) await expectHealth(world.origin)
    }
    await expectHealth(world.origin)
  }
  return census
}

class Asking {
  readonly #world: FuzzWorld
  #token: string | undefined

  constructor(world: FuzzWorld) {
    this.#world = world
  }

  async ask(request: FuzzRequest): Promise<FuzzAnswer> {
    this.#token ??= await this.#world.newToken()
    try {
      const answer = await send(this.#world.origin, request, this.#token)
      if (answer.status >= 500 && !faultsOfRemotes.has(answer.status))
        throw new Error(`answered ${answer.status}: ${answer.text}`)
      // the request before this one may have revoked the token, or deleted its user
      if (answer.status === 401) this.#token = undefined
      return answer
    } catch (cause) {
      const { body, headers, method, target } = request
      const said = String(body).slice(0, 2_000)
      throw new Error(`${method} ${target} ${JSON.stringify(headers)} ${said}: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}

function learn(world: FuzzWorld, { method, path }: Operation, { text, type }: FuzzAnswer): void {
  if (!text || !type?.startsWith('application/json')) return
  const { data } = JSON.parse(text) as { data?: { readonly id?: unknown } }
  const collection = collectionOf(path)
  if (method === 'DELETE') world.known.forget(data?.id, collection)
  else world.known.learn(data, collection)
}

async function expectHealth(origin: URL): Promise<void> {
  for (const path of ['/healthz', '/readyz', '/api/health']) {
    const { status } = await fetch(new URL(path, origin))
    if (status !== 200) throw new Error(`${path} answered ${status}`)
  }
}
