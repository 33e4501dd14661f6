import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RequestHeaders } from '../contract/index.ts'
import { canonicalPaths } from './canonical-paths.ts'
import { canonicalQuery } from './canonical-query.ts'
import { payloadHash } from './payload-hash.ts'
import { type SignatureClaim, signatureScheme } from './signature-claim.ts'

/** A request, as far as a signature goes over it. */
export interface SignedRequest {
  /** In capitals. */
  readonly method: string
  /** Path and query, encoded as they were sent. */
  readonly url: string
  readonly headers: RequestHeaders
  /** Byte for byte. */
  readonly body: Uint8Array
}

/** What keeps a signature from being good: `body` when it says that it is over another body, or over none. */
export type SignatureProblem = 'body' | 'wrong'

/**
 * Checks a request’s signature by an access key, the vendor’s SDK-HMAC-SHA256: an HMAC-SHA256, by the secret itself, over
 * the date and the SHA-256 of the canonical request (method, path, query, the signed headers, the hash of the body).
 * Which headers are signed is what the claim names, and their values are taken from the request. Every form of the path
 * that an official signer may have signed is tried, and all are compared in constant time.
 *
 * A request that is sent again within the 15 minutes that its date is good for is as good as the first: the protocol
 * has no nonce, and its date no fractions, so that two honest requests of one second may be the same to the last byte.
 * Who may read the connection can do so; TLS is what keeps them out.
 * @returns `undefined` when the signature is good
 */
export function problemWithSignature(
  claim: SignatureClaim,
  { body, headers, method, url }: SignedRequest,
  secret: string,
): SignatureProblem | undefined {
  const hash = payloadHash(body, headers)
  if (hash === undefined) return 'body'
  const { path, query } = splitUrl(url)
  const rest = [canonicalQuery(query), canonicalHeaders(claim, headers), claim.signedHeaders.join(';'), hash]
  const given = Buffer.from(claim.signature, 'hex')
  let isGood = false
  for (const candidate of canonicalPaths(path)) {
    const expected = sign([method, candidate, ...rest].join('\n'), claim.date, secret)
    isGood = (expected.length === given.length && timingSafeEqual(expected, given)) || isGood
  }
  return isGood ? undefined : 'wrong'
}

/** A line each, and the end of the last one too: an empty line follows. */
const canonicalHeaders = ({ signedHeaders }: SignatureClaim, headers: RequestHeaders): string =>
  signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim()}\n`).join('')

function sign(canonicalRequest: string, date: string, secret: string): Buffer {
  const hash = createHash('sha256').update(canonicalRequest).digest('hex')
  return createHmac('sha256', secret).update(`${signatureScheme}\n${date}\n${hash}`).digest()
}

function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) }
}
