import { stringify } from 'node:querystring'
// the signer alone: the package's main module opens a log
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import { readSignatureClaim } from '../../src/signature/signature-claim.ts'
import { problemWithSignature, type SignedRequest } from '../../src/signature/verify-signature.ts'

export const accessKey = { id: 'GF0123456789ABCDEFGH', secret: 'rq9vM3w1JpN8sYx2LkT5uZb7HcDfGa0eQiWoR6tE' }
export const signedAt = Date.parse('2026-01-01T00:00:00.000Z')

export interface ToSign {
  readonly method?: string
  /** As a caller gives it to the SDK: raw, or already encoded. */
  readonly path?: string
  readonly query?: Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>
  readonly headers?: Readonly<Record<string, string>>
  readonly data?: unknown
}

/** A request as the official Node SDK signs it and its HTTP layer sends it. */
export function signedByVendor(
  { method = 'GET', path = '/v1/x', query = {}, headers = {}, data }: ToSign = {},
  { id, secret } = accessKey,
) {
  const endpoint = `http://git.example:8080${path}`
  const signed = AKSKSigner.sign(
    {
      endpoint,
      method,
      // it sorts the lists that it is given
      queryParams: structuredClone(query),
      headers: { 'content-type': 'application/json', 'X-Sdk-Date': '20260101T000000Z', ...headers },
      data,
    } as never,
    { getAk: () => id, getSk: () => secret } as never,
  ) as Record<string, string>
  const search = stringify(query as Record<string, string>)
  return {
    method,
    url: `${new URL(endpoint).pathname}${search && `?${search}`}`,
    headers: new Headers(signed),
    body: new TextEncoder().encode(data === undefined ? '' : JSON.stringify(data)),
  }
}

/** What is wrong with a request, whatever finds it; `undefined` when it is good. */
export function problemWith(request: SignedRequest, { now = signedAt, secret = accessKey.secret } = {}) {
  const read = readSignatureClaim(request.headers, now)
  return read.claim ? problemWithSignature(read.claim, request, secret) : read.problem
}
