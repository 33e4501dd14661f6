import { isIP } from 'node:net'
import { Agent, fetch as fetchByAgent } from 'undici'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { OutgoingRule } from '../git/outgoing-rules.ts'
import { checkOutgoingUrl } from '../git/outgoing-url.ts'
import { type LookupHost, resolveHost } from '../git/resolve-host.ts'
import type { NotifierFetch } from '../ports/index.ts'
import { abortError } from './abort.ts'

export interface GuardedFetchOptions {
  readonly lookup: LookupHost
  readonly allowOutgoing: readonly OutgoingRule[]
  /** How long a call may take in all, in ms. Default 15,000. */
  readonly timeoutMs?: number
}

const longestBody = 64 * 1_024
const withoutBody = new Set([204, 205, 304])

/**
 * Makes the `fetch` by which gitferry reaches web services whose address a user gave. At every call the URL is weighed
 * by the rules of `allowOutgoing`, its host resolved and every address weighed, and the connection, made for this call
 * alone, goes to one of those: Node asks no `lookup` for a literal address or on a socket that is open already, so
 * neither may get past. A redirect is an answer like another and not followed; proxies of the environment are not
 * used; a body is cut at 64 KiB.
 *
 * It throws URL_FORBIDDEN, NOTIFIER_UNREACHABLE, or ABORTED for the caller's own signal; their messages name the host
 * and no more of the URL.
 */
export function createGuardedFetch({
  lookup,
  allowOutgoing,
  timeoutMs = 15_000,
}: GuardedFetchOptions): NotifierFetch {
  return async (target, init = {}) => {
    const weighed = checkOutgoingUrl(String(target), allowOutgoing)
    if ('problem' in weighed) throw new GitferryError('URL_FORBIDDEN', `Not connected: ${weighed.problem}.`)
    const { url, host } = weighed
    const late = AbortSignal.timeout(timeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, late]) : late
    let agent: Agent | undefined
    try {
      agent = agentFor(await resolveHost(weighed, { lookup, allowOutgoing, signal, timeoutMs }))
      const answer = await fetchByAgent(url, {
        ...(init as object),
        signal,
        redirect: 'manual',
        dispatcher: agent,
      })
      const body = await readStart(answer.body)
      const headers = new Headers([...answer.headers])
      // the body is decoded by now, and perhaps cut
      headers.delete('content-encoding')
      headers.delete('content-length')
      const { status, statusText } = answer
      return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers })
    } catch (error) {
      if (init.signal?.aborted) throw abortError(init.signal)
      if (late.aborted) throw unreachable(host, `it did not answer within ${timeoutMs} ms`, error)
      if (isGitferryError(error, 'URL_FORBIDDEN')) throw error
      if (isGitferryError(error)) throw unreachable(host, 'its name does not resolve', error)
      throw unreachable(host, codeOf(error), error)
    } finally {
      await agent?.destroy()
    }
  }
}

/** One that connects to these addresses, whatever the name resolves to by now. */
const agentFor = (addresses: readonly string[]): Agent =>
  new Agent({
    connections: 1,
    allowH2: false,
    connect: {
      lookup: (_host, options, done) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        if (options.all) done(null, found)
        else done(null, found[0]!.address, found[0]!.family)
      },
    },
  })

async function readStart(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  // leaving the loop cancels the stream
  for await (const chunk of stream ?? []) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= longestBody) break
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, longestBody))
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, …: undici wraps what happened once. */
function codeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed'
}

const unreachable = (host: string, why: string, cause: unknown): GitferryError =>
  new GitferryError('NOTIFIER_UNREACHABLE', `The host "${host}" cannot be reached: ${why}.`, {
    cause,
    details: { host },
  })
