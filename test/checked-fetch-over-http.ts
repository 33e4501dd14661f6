import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { answerValidation } from './answer-validation-shared.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * Sends one request of exactly these bytes and headers, as any program could, which `fetch` cannot. The answer is held
 * to the description of the API.
 */
export async function sendOverHttp(
  url: URL,
  options: Pick<RequestOptions, 'method' | 'headers'>,
  body: string | Uint8Array,
): Promise<HttpAnswer> {
  const answer = await new Promise<HttpAnswer>((resolve, reject) => {
    const sent = request(url, options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const { headers, statusCode: status = 0 } = incoming
        resolve({ status, headers, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
  const { headers, status, text } = answer
  const { method = 'GET' } = options
  answerValidation().check({ method, path: url.pathname, status, type: headers['content-type'], text })
  return answer
}
