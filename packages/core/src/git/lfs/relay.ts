import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isGitferryError } from '../../errors/index.ts'
import { type LfsAction, type LfsObjectError, messageOf, readBatch } from './batch.ts'
import { type LfsEndpoint, type LfsOperation, lfsMediaType } from './endpoint.ts'
import { lfsFailed } from './lfs-failed.ts'
import { PinnedRequests, type PinnedRequestsOptions } from './pinned-request.ts'
import type { LfsTrouble } from './trouble.ts'

export interface LfsRelayOptions extends PinnedRequestsOptions {
  /** What it does, and with which objects: git-lfs is refused anything else. */
  readonly operation: LfsOperation
  readonly oids: ReadonlySet<string>
  /** Asked before every batch: over ssh it is known only when the server has answered. */
  readonly endpoint: () => Promise<LfsEndpoint>
  /** Called for every piece that moves. */
  readonly onBytes: () => void
  /** Called for every object that has come, or gone, whole. */
  readonly onObject: () => void
}

const longestBatch = 8 * 1_024 * 1_024
const longestMessage = 16 * 1_024
/** What git-lfs says that the server has to know; all else is ours, or the server’s own. */
const passedOn = ['content-type', 'content-length', 'range', 'accept'] as const
const passedBack = ['content-type', 'content-length', 'content-range', 'retry-after'] as const

/**
 * What git-lfs speaks to instead of the server: a listener on the loopback, for one command, behind a path that nobody
 * can guess. It goes to the server in its place, with the login, which git-lfs never sees, over `PinnedRequests`: so
 * the batch API’s own addresses are weighed like every other, no redirect is followed, and a login for one origin stays
 * there. Left to itself git-lfs would resolve names anew, follow redirects, send `http.extraHeader` to any host and
 * reach loopback addresses past every proxy.
 */
export class LfsRelay implements AsyncDisposable {
  readonly #options: LfsRelayOptions
  readonly #requests: PinnedRequests
  readonly #token = randomBytes(32).toString('hex')
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #actions: LfsAction[] = []
  readonly #errors = new Map<string, LfsObjectError>()
  readonly #seen = new Set<string>()
  #endpoint: LfsEndpoint | undefined
  #trouble: LfsTrouble | undefined

  private constructor(options: LfsRelayOptions) {
    this.#options = options
    this.#requests = new PinnedRequests(options)
  }

  static async open(options: LfsRelayOptions): Promise<LfsRelay> {
    const relay = new LfsRelay(options)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    relay.#server.once('error', reject).listen(0, '127.0.0.1', resolve)
    await promise
    return relay
  }

  /** For `lfs.url`; holds the secret path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.#token}`
  }

  /** To be taken out of what git-lfs prints. */
  get secrets(): readonly string[] {
    return [this.#token]
  }

  /** What the server did not give or take. */
  get objectErrors(): readonly LfsObjectError[] {
    return [...this.#errors.values()]
  }

  /** The last thing that went wrong. */
  get trouble(): LfsTrouble | undefined {
    return this.#trouble
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#requests[Symbol.dispose]()
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token, ...rest] = (request.url ?? '').split('/')
    const path = rest.join('/')
    try {
      const action = /^actions\/\d+$/.test(path) ? this.#actions[Number(rest[1])] : undefined
      if (token !== this.#token) refuse(response, 404)
      else if (path === 'objects/batch') await this.#batch(request, response)
      else if (action !== undefined) await this.#act(action, request, response)
      else refuse(response, 404)
    } catch (error) {
      const doing = path === 'objects/batch' ? 'asking for objects' : 'moving an object'
      this.#trouble = isGitferryError(error)
        ? { error }
        : { host: hostOf(this.#endpoint?.url), doing, cause: error }
      // 422 is not tried again, what the network did is
      refuse(response, isGitferryError(error) && error.code !== 'GIT_UNREACHABLE' ? 422 : 503)
    }
  }

  async #batch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ref: _, ...asked } = JSON.parse(await textOf(request, longestBatch))
    if (!this.#isOwn(asked)) return refuse(response, 403)
    const { url, headers } = await this.#options.endpoint()
    this.#endpoint = { url, headers }
    const body = Buffer.from(JSON.stringify(asked))
    const types = { accept: lfsMediaType, 'content-type': lfsMediaType, 'user-agent': 'git-lfs/gitferry' }
    const answer = await this.#requests.send({
      url: `${url}/objects/batch`,
      method: 'POST',
      headers: { ...types, ...headers, 'content-length': String(body.length) },
      body,
    })
    this.#options.onBytes()
    if (answer.statusCode !== 200) return this.#failed(answer, response, url, 'asking for objects')
    const read = readBatch(await textOf(answer, longestBatch), (action) => {
      const index = this.#actions.push(action) - 1
      return `${this.url}/actions/${index}`
    })
    for (const error of read.errors) this.#errors.set(error.oid, error)
    response.writeHead(200, { 'content-type': lfsMediaType }).end(read.answer)
  }

  /** Whoever got hold of the address can do with the login no more than this command does. */
  #isOwn({ operation, objects }: Partial<Record<'operation' | 'objects', unknown>>): boolean {
    const { oids, operation: own } = this.#options
    return operation === own && Array.isArray(objects) && objects.every((object) => oids.has(object?.oid))
  }

  async #act(action: LfsAction, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { onBytes, onObject } = this.#options
    const headers = {
      ...pick(request.headers, passedOn),
      'accept-encoding': 'identity',
      ...this.#loginFor(action.href),
      ...action.headers,
    }
    if (action.headers['transfer-encoding'] !== undefined) Reflect.deleteProperty(headers, 'content-length')
    const method = request.method ?? 'GET'
    const body = method === 'GET' ? nothing : request.pipe(counted(onBytes))
    const answer = await this.#requests.send({ url: action.href, method, headers, body })
    const { statusCode = 502 } = answer
    if (statusCode >= 300) return this.#failed(answer, response, action.href, doing[action.kind])
    response.writeHead(statusCode, pick(answer.headers, passedBack))
    await pipeline(answer, counted(onBytes), response)
    if (action.kind === 'verify' || this.#seen.has(action.oid)) return
    this.#seen.add(action.oid)
    onObject()
  }

  /** The login is for the endpoint’s own origin; what stores objects elsewhere brings its own. */
  #loginFor(href: string): Readonly<Record<string, string>> {
    const isOwn = this.#endpoint && URL.canParse(href) && originOf(href) === originOf(this.#endpoint.url)
    return isOwn ? (this.#endpoint?.headers ?? {}) : {}
  }

  async #failed(answer: IncomingMessage, response: ServerResponse, url: string, what: string): Promise<void> {
    const { statusCode: status = 502 } = answer
    const message = messageOf(await textOf(answer, longestMessage).catch(() => ''))
    this.#trouble = { host: hostOf(url), doing: what, status, message }
    // a redirect would be followed, and at 401 a login be asked for
    const told = status < 400 ? 422 : status === 401 ? 403 : status
    refuse(response, told, pick(answer.headers, ['retry-after']))
  }
}

const doing = {
  download: 'fetching an object',
  upload: 'storing an object',
  verify: 'confirming an object',
} as const

const nothing = Buffer.alloc(0)

const originOf = (url: string): string => new URL(url).origin

/** Where storage lies is not said in more words: a token may stand anywhere behind the host. */
const hostOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).host : 'unknown'

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  )
}

const counted = (onBytes: () => void): Transform =>
  new Transform({
    transform(chunk, _encoding, done) {
      onBytes()
      done(null, chunk)
    },
  })

async function textOf(stream: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longest) throw lfsFailed('the server answered more than is read', { reason: 'protocol' })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { ...headers, 'content-type': lfsMediaType, connection: 'close' })
  response.end('{"message":"refused"}')
}
