import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const mediaType = 'application/vnd.git-lfs+json'

export interface LfsServerOptions {
  /** The one `user:secret` (RFC 7617) that may use the API. Default: everybody may. */
  readonly login?: string
  /** Where the batch API says that objects are. Default: this server. */
  readonly storageUrl?: string
  /** Bytes that a repository may hold. Default: any number. */
  readonly quota?: number
  /** Every request for the API is sent on to there. */
  readonly redirectTo?: string
}

interface Ticket {
  readonly secret: string
  readonly repository: string
  readonly oid: string
  readonly size: number
}

interface BatchRequest {
  readonly operation?: string
  readonly transfers?: readonly string[]
  readonly hash_algo?: string
  readonly objects?: readonly { readonly oid: string; readonly size: number }[]
}

/**
 * A Git LFS server on 127.0.0.1 that holds its callers to the rules of the vendor's docs/api: media type, login,
 * operations, one error per object, tickets in `header`, SHA-256 and size of what is stored, and the `verify` step
 * without which an upload does not count.
 */
export class LfsServer {
  readonly #options: LfsServerOptions
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #tickets = new Map<string, Ticket>()
  readonly #unverified = new Map<string, Buffer>()
  readonly #repositories = new Map<string, Map<string, Buffer>>()
  readonly #arrived = Promise.withResolvers<void>()
  /** Downloads send half of their object and then nothing. */
  holdsDownloads = false
  /** `<method> <path>` of every request. */
  readonly requests: string[] = []
  /** The operation of every batch, and how many objects it named. */
  readonly batches: { readonly operation: string; readonly objects: number }[] = []
  /** The `Authorization` of every request to storage; `null`: none. */
  readonly storageLogins: (string | null)[] = []

  private constructor(options: LfsServerOptions) {
    this.#options = options
  }

  static async start(options: LfsServerOptions = {}): Promise<LfsServer> {
    const server = new LfsServer(options)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Settles when a download stands still. */
  get waiting(): Promise<void> {
    return this.#arrived.promise
  }

  /** What a repository holds, verified: oid → content. */
  objects(repository: string): Map<string, Buffer> {
    const found = this.#repositories.get(repository) ?? new Map<string, Buffer>()
    this.#repositories.set(repository, found)
    return found
  }

  /** Stores a file; answers its oid. */
  add(repository: string, content: string | Buffer): string {
    const oid = createHash('sha256').update(content).digest('hex')
    this.objects(repository).set(oid, Buffer.from(content))
    return oid
  }

  /**
   * What it answers over ssh to `git-lfs-authenticate <path> <operation>` (docs/api/authentication.md); `undefined`: the
   * command is another.
   */
  authenticate(command: string): string | undefined {
    const [, path = ''] =
      /^git-lfs-authenticate '?\/?([^' ]+?)(?:\.git)?'? (?:download|upload)$/.exec(command) ?? []
    if (path === '') return undefined
    const { login } = this.#options
    const header = login && { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }
    return JSON.stringify({
      href: `http://127.0.0.1:${this.port}/${path}.git/info/lfs`,
      header,
      expires_in: 600,
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections()
      this.#server.close(() => resolve())
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    this.requests.push(`${method} ${url}`)
    const [, repository, verb] = /^\/(.+\.git)\/info\/lfs\/(.+)$/.exec(url) ?? []
    const [, id = ''] = /^\/storage\/(.+)$/.exec(url) ?? []
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      // the caller went away
      return
    }
    const body = Buffer.concat(chunks)
    if (repository !== undefined && verb === 'objects/batch' && method === 'POST') {
      this.#batch(request, response, repository, body)
    } else if (id !== '') this.#storage(request, response, id, body)
    else say(response, 404, 'Not found')
  }

  #batch(request: IncomingMessage, response: ServerResponse, repository: string, body: Buffer): void {
    const { login, redirectTo } = this.#options
    if (redirectTo !== undefined) {
      response.writeHead(307, { location: `${redirectTo}${request.url}` }).end()
      return
    }
    const isTyped = [request.headers.accept, request.headers['content-type']].every(
      (type) => type?.split(';')[0] === mediaType,
    )
    if (!isTyped) {
      say(response, 406, `Accept and Content-Type must be ${mediaType}`)
      return
    }
    const expected = login && `Basic ${Buffer.from(login).toString('base64')}`
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.setHeader('lfs-authenticate', 'Basic realm="test"')
      say(response, 401, 'Credentials needed')
      return
    }
    const { operation = '', objects = [], transfers = ['basic'], hash_algo = 'sha256' } = parse(body)
    const isKnown = operation === 'download' || operation === 'upload'
    if (!isKnown || !transfers.includes('basic')) {
      say(response, 422, 'Not an operation')
      return
    }
    if (hash_algo !== 'sha256') {
      say(response, 409, 'Hash algorithm not supported')
      return
    }
    this.batches.push({ operation, objects: objects.length })
    const answers = objects.map((object) => this.#offer(operation, repository, object))
    response.writeHead(200, { 'content-type': mediaType })
    response.end(JSON.stringify({ transfer: 'basic', objects: answers }))
  }

  #offer(operation: string, repository: string, { oid, size }: { oid: string; size: number }) {
    const held = this.objects(repository)
    const isThere = held.has(oid)
    if (operation === 'download') {
      if (!isThere) return { oid, size, error: { code: 404, message: 'Object does not exist' } }
      return { oid, size, actions: { download: this.#ticket({ repository, oid, size }) } }
    }
    if (isThere) return { oid, size }
    const used = [...held.values()].reduce((sum, { length }) => sum + length, 0)
    if (used + size > (this.#options.quota ?? Number.POSITIVE_INFINITY)) {
      return { oid, size, error: { code: 507, message: 'The account is out of storage' } }
    }
    const ticket = () => this.#ticket({ repository, oid, size })
    return { oid, size, actions: { upload: ticket(), verify: ticket() } }
  }

  #ticket(ticket: Omit<Ticket, 'secret'>) {
    const [id, secret] = [randomUUID(), randomUUID()]
    this.#tickets.set(id, { ...ticket, secret })
    const base = this.#options.storageUrl ?? `http://127.0.0.1:${this.port}`
    return { href: `${base}/storage/${id}`, header: { 'X-Ticket': secret }, expires_in: 600 }
  }

  #storage(request: IncomingMessage, response: ServerResponse, id: string, body: Buffer): void {
    this.storageLogins.push(request.headers.authorization ?? null)
    const ticket = this.#tickets.get(id)
    if (ticket === undefined || request.headers['x-ticket'] !== ticket.secret) {
      say(response, 403, 'No ticket')
      return
    }
    const { oid, repository, size } = ticket
    if (request.method === 'GET') {
      const content = this.objects(repository).get(oid) ?? Buffer.alloc(0)
      response.writeHead(200, { 'content-length': content.length })
      if (!this.holdsDownloads) {
        response.end(content)
        return
      }
      response.write(content.subarray(0, content.length / 2))
      this.#arrived.resolve()
      return
    }
    if (request.method === 'PUT') {
      const found = createHash('sha256').update(body).digest('hex')
      if (found !== oid || body.length !== size) {
        say(response, 422, 'Not the content that was named')
        return
      }
      this.#unverified.set(oid, body)
      response.writeHead(200).end()
      return
    }
    const stored = this.#unverified.get(oid)
    const said = parse(body) as { oid?: string; size?: number }
    if (stored === undefined || said.oid !== oid || said.size !== stored.length) {
      say(response, 404, 'Nothing to verify')
      return
    }
    this.objects(repository).set(oid, stored)
    response.writeHead(200).end()
  }
}

function parse(body: Buffer): BatchRequest {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return {}
  }
}

function say(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': mediaType }).end(JSON.stringify({ message }))
}
