import { GitferryError } from '@gitferry/core/errors'

function tooLarge(limitBytes: number): GitferryError {
  return new GitferryError('PAYLOAD_TOO_LARGE', `The request body must have at most ${limitBytes} bytes.`, {
    details: { field: 'body', limit_bytes: limitBytes },
  })
}

/**
 * The body of a request, byte for byte, counted as it comes in: what a chunked body will come to is not known before.
 * @throws PAYLOAD_TOO_LARGE, ABORTED when the caller went away
 */
export async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new GitferryError('ABORTED', 'The caller went away before the request was whole.', { cause })
    })
    if (done) break
    length += value.byteLength
    // the stream is left as it is: cancelling it would cut the connection before the answer is out
    if (length > limitBytes) throw tooLarge(limitBytes)
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
