import type { CallOptions } from '@gitferry/core/contract'
import { type EndpointName, endpoints, GitferryError } from '@gitferry/core/wire'
import ky, { isHTTPError, isTimeoutError, type KyInstance, type ResponsePromise } from 'ky'
import { endpointUrl, type PathParameters, type QueryParameters } from './endpoint-url.ts'
import { aborted, isObject, parseJson, rebuildError, unexpectedResponse } from './errors.ts'
import { retry } from './retry.ts'

export interface TransportOptions {
  /** As `parseBaseUrl` answers it. */
  readonly base: string
  readonly token?: string | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly timeoutMs: number
}

export interface Call {
  readonly path?: PathParameters
  readonly query?: QueryParameters | undefined
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown
  /** Sent as `Last-Event-ID` unless it is empty. */
  readonly lastEventId?: string
  /** `false` for what may take as long as git takes. Default: the client's limit. */
  readonly limit?: false
}

interface Answer {
  readonly call: string
  readonly response: Response
  readonly text: string
}

/** Sends one call and reads its answer. The only file that knows ky. */
export class Transport {
  readonly #base: string
  readonly #ky: KyInstance

  /** @throws INVALID_INPUT when the token cannot stand in a header */
  constructor({ base, token, fetch, timeoutMs }: TransportOptions) {
    this.#base = base
    this.#ky = ky.create({
      headers: authorization(token),
      timeout: timeoutMs,
      retry,
      redirect: 'manual',
      // an error's body is read here, not by ky: a broken one must still be quoted
      parseJson: (text) => text,
      ...(fetch === undefined ? {} : { fetch: (input, init) => fetch(input, init) }),
    })
  }

  /** What the envelope holds. The server's word is taken for its shape: the contract binds both ends. */
  async data<Data>(name: EndpointName, call: Call, options?: CallOptions): Promise<Data> {
    const answer = await this.#send(name, call, options)
    const envelope = parseJson(answer.text)
    if (!isObject(envelope) || envelope.code !== 0 || !Object.hasOwn(envelope, 'data')) throw foreign(answer)
    return envelope.data as Data
  }

  /** A JSON answer that comes without an envelope, checked by `holds`. */
  async bare<Data>(
    name: EndpointName,
    holds: (body: Record<string, unknown>) => boolean,
    options?: CallOptions,
  ): Promise<Data> {
    const answer = await this.#send(name, {}, options)
    const body = parseJson(answer.text)
    if (!isObject(body) || !holds(body)) throw foreign(answer)
    return body as Data
  }

  /** An answer in plain text. */
  async text(name: EndpointName, call: Call, options?: CallOptions): Promise<string> {
    const answer = await this.#send(name, call, options, 'text/plain')
    if (!isOfType(answer.response, 'text/plain')) throw foreign(answer)
    return answer.text
  }

  /**
   * An answer of the media type `type` (`undefined`: any but JSON) to be read as it comes: the time limit is for its beginning, the signal for all
   * of it.
   */
  async stream(
    name: EndpointName,
    type: string | undefined,
    call: Call,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#ask(name, call, options, type ?? '*/*', (answer) => answer)
    const { body } = response
    const isMeant = type === undefined ? !isOfType(response, 'application/json') : isOfType(response, type)
    if (body !== null && isMeant) return body
    const text = await response.text().catch(() => '')
    throw foreign({ call: labelOf(name), response, text })
  }

  #send(
    name: EndpointName,
    call: Call,
    options: CallOptions | undefined,
    accept = 'application/json',
  ): Promise<Answer> {
    return this.#ask(name, call, options, accept, async (answer) => {
      // read by way of ky, so that its time limit covers the body too
      const text = await answer.text()
      return { call: labelOf(name), response: await answer, text }
    })
  }

  async #ask<Result>(
    name: EndpointName,
    call: Call,
    options: CallOptions | undefined,
    accept: string,
    read: (answer: ResponsePromise) => Promise<Result>,
  ): Promise<Result> {
    const { method } = endpoints[name]
    const url = endpointUrl(this.#base, name, call.path, call.query)
    const signal = options?.signal
    if (signal?.aborted) throw aborted(labelOf(name), signal)
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    try {
      return await read(
        this.#ky(url, {
          method,
          headers: {
            accept,
            'content-type': body === undefined ? undefined : 'application/json',
            'last-event-id': call.lastEventId || undefined,
          },
          ...(body === undefined ? {} : { body }),
          ...(signal === undefined ? {} : { signal }),
          ...(call.limit === undefined ? {} : { timeout: call.limit }),
        }),
      )
    } catch (thrown) {
      if (signal?.aborted) throw aborted(labelOf(name), signal)
      throw failure(labelOf(name), thrown)
    }
  }
}

/** `GET /api/v1/repos`, for messages. */
export const labelOf = (name: EndpointName): string => `${endpoints[name].method} ${endpoints[name].path}`

const isOfType = ({ headers }: Response, type: string): boolean =>
  headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === type

const foreign = ({ call, response, text }: Answer): GitferryError =>
  unexpectedResponse(call, response.status, text)

/** What ky threw, as the error that the server meant, or as what kept its answer from arriving. */
function failure(call: string, thrown: unknown): GitferryError {
  if (isHTTPError(thrown)) {
    const { status } = thrown.response
    const body = typeof thrown.data === 'string' ? thrown.data : ''
    return rebuildError(status, body) ?? unexpectedResponse(call, status, body)
  }
  const why = isTimeoutError(thrown)
    ? 'was not answered in time'
    : 'did not reach the server, or the answer broke off'
  const changed = call.startsWith('GET ') ? '' : ' It may have been done all the same.'
  return new GitferryError(
    'SERVER_UNREACHABLE',
    `${call} ${why}.${changed} Check baseUrl and any proxy between.`,
    { cause: thrown },
  )
}

function authorization(token: string | undefined): Record<string, string> {
  if (token === undefined) return {}
  // checked here because the platform's own error would quote the token
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new GitferryError('INVALID_INPUT', 'token: must be printable ASCII without spaces, and not empty', {
      details: { field: 'token' },
    })
  }
  return { authorization: `Bearer ${token}` }
}
