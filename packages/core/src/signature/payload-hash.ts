import { createHash } from 'node:crypto'
import type { RequestHeaders } from '../contract/index.ts'

const unsigned = 'UNSIGNED-PAYLOAD'

/** Without a type, signers take a body for JSON, and so it is here. */
const isJson = (contentType: string | null | undefined): boolean => !contentType || /json/i.test(contentType)

/**
 * What stands for the body in a canonical request: its SHA-256, in hex of small letters, or `UNSIGNED-PAYLOAD` where
 * `X-Sdk-Content-Sha256` says so and the body is of a type that is not JSON. `undefined` when that header names
 * another body, or leaves JSON unsigned. Whoever answers a request whose body is not signed must not act on the body.
 */
export function payloadHash(body: Uint8Array, headers: RequestHeaders): string | undefined {
  const own = createHash('sha256').update(body).digest('hex')
  const declared = headers.get('X-Sdk-Content-Sha256') ?? own
  if (declared === own) return own
  return declared === unsigned && !isJson(headers.get('Content-Type')) ? unsigned : undefined
}
