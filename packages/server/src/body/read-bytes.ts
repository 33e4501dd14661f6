import { GitferryError } from '@gitferry/core/errors'
import type { Allowance } from './body-allowance.ts'

function tooLarge(limitBytes: number): GitferryError {
  return new GitferryError('PAYLOAD_TOO_LARGE', `The request body must have at most ${limitBytes} bytes.`, {
    details: { field: 'body', limit_bytes: limitBytes },
  })
}

/**
 * The body of a request, byte for byte, counted as it comes in: what a chunked body will come to is not known before.
 * What it takes of the allowance while it comes in, at most twice what has come, is given back at the end.
 * @throws PAYLOAD_TOO_LARGE, RATE_LIMITED when the allowance is used up, ABORTED when the caller went away
 */
export async function readBytes(
  request: Request,
  limitBytes: number,
  allowance?: Allowance,
): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const reader = request.body?.getReader()
  let bytes = new Uint8Array()
  let length = 0
  try {
    while (reader) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new GitferryError('ABORTED', 'The caller went away before the request was whole.', { cause })
      })
      if (done) break
      const end = length + value.byteLength
      // the stream is left as it is: cancelling it would cut the connection before the answer is out
      if (end > limitBytes) throw tooLarge(limitBytes)
      if (end > bytes.byteLength) {
        // by what has come, and not by what was declared: to declare costs a stranger nothing
        const grown = Math.max(end, Math.min(2 * bytes.byteLength, limitBytes))
        allowance?.take(grown - bytes.byteLength)
        const larger = new Uint8Array(grown)
        larger.set(bytes.subarray(0, length))
        bytes = larger
      }
      // copied, and not kept for later: a chunk may be a single byte, with a whole object around it
      bytes.set(value, length)
      length = end
    }
  } finally {
    allowance?.giveBack(bytes.byteLength)
  }
  return bytes.subarray(0, length)
}
