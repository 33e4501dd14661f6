import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GitferryError } from '../../errors/index.ts'
import type { OutgoingRule } from '../outgoing-rules.ts'
import { checkOutgoingUrl } from '../outgoing-url.ts'
import { type LookupHost, resolveHost } from '../resolve-host.ts'

export interface PinnedRequestsOptions {
  readonly lookup: LookupHost
  readonly allowOutgoing: readonly OutgoingRule[]
  readonly signal: AbortSignal
}

export interface PinnedRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | Buffer
}

/**
 * Requests to servers that somebody else names. Every URL is weighed by the rules, its host resolved once and every
 * address weighed; connections go to those alone, and are kept open for what follows. Redirects are answers like
 * others. Disposed, no connection is left.
 */
export class PinnedRequests implements Disposable {
  readonly #options: PinnedRequestsOptions
  readonly #agents = new Map<string, Promise<HttpAgent>>()
  readonly #made: HttpAgent[] = []

  constructor(options: PinnedRequestsOptions) {
    this.#options = options
  }

  /** @throws URL_FORBIDDEN, GIT_UNREACHABLE (the name does not resolve); what `node:http` throws */
  async send({ url: raw, method, headers, body }: PinnedRequest): Promise<IncomingMessage> {
    const weighed = checkOutgoingUrl(raw, this.#options.allowOutgoing)
    if ('problem' in weighed) throw new GitferryError('URL_FORBIDDEN', `Not connected: ${weighed.problem}.`)
    const { url } = weighed
    const agent = await this.#agentFor(url, weighed)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const { signal } = this.#options
    const request = start(url, { method, headers: { ...headers }, agent, signal }, resolve)
    request.on('error', reject)
    // what breaks off here is told by the request's own error
    if (Buffer.isBuffer(body)) request.end(body)
    else pipeline(body, request).catch(reject)
    return promise
  }

  [Symbol.dispose](): void {
    for (const agent of this.#made) agent.destroy()
  }

  #agentFor(url: URL, place: { readonly host: string; readonly port: number }): Promise<HttpAgent> {
    let agent = this.#agents.get(url.origin)
    if (agent === undefined) {
      agent = this.#makeAgent(url, place)
      this.#agents.set(url.origin, agent)
    }
    return agent
  }

  async #makeAgent(url: URL, place: { readonly host: string; readonly port: number }): Promise<HttpAgent> {
    const addresses = await resolveHost(place, this.#options)
    const options = { keepAlive: true, maxSockets: 8, lookup: lookupOf(addresses) }
    const agent = url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    this.#made.push(agent)
    return agent
  }
}

/** Answers these addresses, whatever the name resolves to by now. */
const lookupOf =
  (addresses: readonly string[]): LookupFunction =>
  (_host, options, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    if (options.all) done(null, found)
    else done(null, found[0]!.address, found[0]!.family)
  }
