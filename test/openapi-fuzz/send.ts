import { request as httpRequest } from 'node:http'
import { answerValidation } from '../answer-validation-shared.ts'
import type { FuzzRequest } from './requests.ts'

export interface FuzzAnswer {
  readonly status: number
  readonly type: string | undefined
  /** `undefined`: a stream of events, of which only the head was waited for. */
  readonly text: string | undefined
}

/** No answer takes as long: the longest is a run that is waited for. In ms. */
const longestMs = 60_000

/**
 * Sends a request, and holds its answer to the description of the API. Of a stream of events the head is enough.
 * @throws when there is no answer, or one that is not as described
 */
export async function send(
  origin: URL,
  { body, headers, method, target }: FuzzRequest,
  token: string,
): Promise<FuzzAnswer> {
  const { promise, reject, resolve } = Promise.withResolvers<FuzzAnswer>()
  const sent = httpRequest(
    {
      host: origin.hostname,
      port: origin.port,
      method,
      path: target,
      headers: { ...headers, authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) },
    },
    (incoming) => {
      const { statusCode: status = 0 } = incoming
      const type = incoming.headers['content-type']
      if (type?.startsWith('text/event-stream')) {
        sent.destroy()
        resolve({ status, type, text: undefined })
        return
      }
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status, type, text: Buffer.concat(chunks).toString() }))
    },
  )
  sent.on('error', reject)
  sent.setTimeout(longestMs, () => sent.destroy(new Error(`no answer within ${longestMs} ms`)))
  sent.end(body)
  const answer = await promise
  const { status, text, type } = answer
  // as the server reads it: without steps up
  const path = new URL(target, origin).pathname
  answerValidation().check({ method, path, status, type, ...(text !== undefined && { text }) })
  return answer
}
