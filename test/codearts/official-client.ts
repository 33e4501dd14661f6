import { Agent } from 'node:http'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js'
import type { HttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/HttpClient.js'

/** A request as the generated clients of the SDK describe one. */
export interface OfficialRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With the names of parameters in braces: `/v1/repositories/{repository_uuid}/members`. */
  readonly url: string
  /** Put into the address as they are: whoever wants `%2F` there gives it so. */
  readonly pathParams?: Readonly<Record<string, string | number>>
  readonly queryParams?: Readonly<Record<string, unknown>>
  /** Signed like those of the SDK itself. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default `application/json`, also of what has no body: so the SDK does. */
  readonly contentType?: string
  readonly data?: unknown
  /** `stream` of what is no text, such as an archive. Default: parsed where it is JSON. */
  readonly responseType?: 'stream'
}

export interface OfficialAnswer {
  readonly status: number
  /** What came: parsed JSON, text, or a stream. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  /** The fields of what the SDK threw, where it did: from status 400 on. */
  readonly exception?: {
    readonly name: string
    readonly httpStatusCode: number | undefined
    readonly errorCode: string | undefined
    readonly errorMsg: string | undefined
    readonly requestId: string | undefined
  }
}

export interface OfficialClient {
  /** Rejects when no answer came. */
  send(request: OfficialRequest): Promise<OfficialAnswer>
}

export interface OfficialClientOptions {
  /** `http://127.0.0.1:38080` */
  readonly endpoint: string
  /** Signs every request. Default: none does. */
  readonly accessKey?: { readonly access_key_id: string; readonly secret_access_key: string }
  /** Goes as X-Auth-Token, beside a signature too, which is not over it. Default: none. */
  readonly token?: string
}

interface Came {
  readonly status: number | undefined
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** The SDK would print every failed request, with its headers, by log4js. */
const silent = Object.fromEntries(
  ['debug', 'info', 'warn', 'error', 'setLevel', 'setName', 'getLevel', 'getName'].map((name) => [
    name,
    () => {},
  ]),
) as never

/**
 * The signer, the HTTP layer and the exceptions of the official Node SDK, without a region or a project to ask for, which
 * would go to the vendor. It keeps no connection open, writes no file and prints nothing; its `ClientBuilder`, which is
 * not used here, would write to the home folder.
 */
export function officialClient({ accessKey, endpoint, token }: OfficialClientOptions): OfficialClient {
  const http = new DefaultHttpClient(
    {
      headers: { 'User-Agent': 'official-client', ...(token !== undefined && { 'X-Auth-Token': token }) },
      logger: silent,
      axiosRequestConfig: { httpAgent: new Agent({ keepAlive: false }) },
    },
    [endpoint],
  )
  const credential =
    accessKey &&
    new BasicCredentials()
      .withAk(accessKey.access_key_id)
      .withSk(accessKey.secret_access_key)
      .withProjectId('0'.repeat(32))

  return {
    async send({
      contentType = 'application/json',
      headers = {},
      pathParams = {},
      queryParams = {},
      ...rest
    }) {
      const { data, method, responseType, url } = rest
      let came: Came | undefined
      const client = new HcClient(
        listening(http, (each) => {
          came = each
        }),
      ).withEndpoints([endpoint])
      if (credential) client.withCredential(credential)
      const options = {
        method,
        url,
        contentType,
        pathParams: { ...pathParams },
        // it sorts the lists that it is given
        queryParams: structuredClone(queryParams) as Record<string, unknown>,
        headers: { ...headers },
        ...(data !== undefined && { data: data as Record<string, unknown> }),
        ...(responseType && { axiosRequestConfig: { responseType } }),
      }
      const exception = await client.sendRequest(options).then(
        () => undefined,
        (thrown: NonNullable<OfficialAnswer['exception']>) => thrown,
      )
      if (came?.status === undefined) throw exception ?? new Error(`${method} ${url}: no answer came`)
      const { body, headers: answered, status } = came
      if (exception === undefined) return { status, body, headers: answered }
      const { errorCode, errorMsg, httpStatusCode, name, requestId } = exception
      return {
        status,
        body,
        headers: answered,
        exception: { name, httpStatusCode, errorCode, errorMsg, requestId },
      }
    },
  }
}

/** The same HTTP layer, which tells what came: `HcClient` leaves out the headers, and of a failure the body. */
function listening(http: DefaultHttpClient, tell: (came: Came) => void): HttpClient {
  return {
    async sendRequest(request: Parameters<DefaultHttpClient['sendRequest']>[0]) {
      try {
        const answer = await http.sendRequest(request)
        tell(cameAs(answer.statusCode, answer.data, answer.headers))
        return answer
      } catch (thrown) {
        const { data, headers, status } = thrown as { data: unknown; headers: unknown; status?: number }
        tell(cameAs(status, data, headers))
        throw thrown
      }
    },
  } as HttpClient
}

const cameAs = (status: number | undefined, data: unknown, headers: unknown): Came => ({
  status,
  // it writes the status into what it answers
  body: isPlain(data) ? structuredClone(data) : data,
  headers: { ...(headers as Record<string, string> | undefined) },
})

const isPlain = (value: unknown): boolean =>
  Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype
