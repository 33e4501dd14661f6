import { request } from 'node:http'

export interface PlainAnswer {
  readonly status: number
  readonly type: string
  readonly bytes: Buffer
}

export interface PlainRequest {
  readonly method: string
  /** With its query, as it goes on the line. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Asks a server at an address of another API than gitferry’s own: the answer is held to no description. */
export function plainRequest(
  baseUrl: string,
  { body, headers, ...line }: PlainRequest,
): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(baseUrl)
    // Node tells the length by itself only with methods that mostly have a body
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const sent = request({ host, port, ...line, headers: { ...length, ...headers } }, async (incoming) => {
      const bytes = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
      resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', bytes })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
