import { GitferryError } from '@gitferry/core/errors'
import { parseJson } from './parse-json.ts'

const json = /^application\/json(?:\s*;\s*charset=(?:utf-8|"utf-8"))?\s*;?$/i

function invalid(problem: string): GitferryError {
  return new GitferryError('INVALID_INPUT', `body: ${problem}`, {
    details: { field: 'body', fields: [{ field: 'body', message: problem }] },
  })
}

function unsupported(): GitferryError {
  return new GitferryError(
    'UNSUPPORTED_MEDIA_TYPE',
    'The request body must be application/json in UTF-8, not compressed.',
    { details: { field: 'body' } },
  )
}

function tooLarge(limitBytes: number): GitferryError {
  return new GitferryError('PAYLOAD_TOO_LARGE', `The request body must have at most ${limitBytes} bytes.`, {
    details: { field: 'body', limit_bytes: limitBytes },
  })
}

/** The body, counted as it comes in: what a chunked body will come to is not known before. */
async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array> {
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

/**
 * The fields of a request’s body. What they mean is for the services to check.
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_INPUT (no body, not UTF-8, not a JSON object, nested
 * over 100 levels, a field twice), ABORTED when the caller went away
 */
export async function readJsonBody(request: Request, limitBytes: number): Promise<Record<string, unknown>> {
  const contentType = request.headers.get('Content-Type')
  if (contentType !== null && !json.test(contentType.trim())) throw unsupported()
  if (request.headers.has('Content-Encoding')) throw unsupported()
  const bytes = await readBytes(request, limitBytes)
  if (bytes.byteLength === 0) throw invalid('is missing; send a JSON object')
  // a page may send a body without a type to any address, and with application/json to none (CORS)
  if (contentType === null) throw unsupported()
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalid('must be UTF-8')
  }
  const parsed = parseJson(text)
  if ('problem' in parsed) throw invalid(parsed.problem)
  return parsed.value
}
