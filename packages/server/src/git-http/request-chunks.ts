import { createGunzip } from 'node:zlib'
import { GitferryError } from '@gitferry/core/errors'

/**
 * The body of a request as it comes in. Whoever stops reading leaves it where it is: to cancel it would cut the connection
 * before the answer is out. @throws ABORTED when the caller went away
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader()
  while (reader) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new GitferryError('ABORTED', 'The client went away before its request was whole.', { cause })
    })
    if (done) return
    yield value
  }
}

/** Inflates chunk by chunk, so that nobody’s compressed body is ever whole in memory. @throws INVALID_INPUT */
async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip()
  let cause: unknown
  const feeding = (async () => {
    for await (const chunk of chunks) {
      if (!gunzip.write(chunk)) {
        await new Promise<void>((resolve) => {
          gunzip.once('drain', resolve).once('close', resolve)
        })
      }
      if (gunzip.destroyed) return
    }
    gunzip.end()
  })().catch((error: unknown) => {
    cause = error
    gunzip.destroy()
  })
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    if (cause !== undefined) throw cause
    throw new GitferryError('INVALID_INPUT', 'body: is not gzip, though Content-Encoding says so.', {
      cause: error,
      details: { field: 'body' },
    })
  }
  await feeding
  if (cause !== undefined) throw cause
}

/** @throws PAYLOAD_TOO_LARGE */
async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > limitBytes) {
      throw new GitferryError('PAYLOAD_TOO_LARGE', `The request must have at most ${limitBytes} bytes.`, {
        details: { field: 'body', limit_bytes: limitBytes },
      })
    }
    yield chunk
  }
}

/**
 * What a git client sends, inflated where it says that it is compressed. `limitBytes`: of what comes out, however small it
 * was on the way; unset: as much as it likes.
 * @throws UNSUPPORTED_MEDIA_TYPE at once for another compression
 */
export function requestChunks(request: Request, limitBytes: number | undefined): AsyncIterable<Uint8Array> {
  const encoding = request.headers.get('Content-Encoding')?.trim().toLowerCase() ?? 'identity'
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip'
  if (!isGzip && encoding !== 'identity') {
    throw new GitferryError('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding: must be gzip, or left out.')
  }
  const chunks = chunksOf(request.body)
  const plain = isGzip ? inflated(chunks) : chunks
  return limitBytes === undefined ? plain : limited(plain, limitBytes)
}
