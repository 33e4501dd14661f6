import type { RequestHeaders } from '../contract/index.ts'
import { readSdkDate } from './sdk-date.ts'

/** The scheme of an `Authorization` header that holds a signature by an access key (AK/SK). */
export const signatureScheme = 'SDK-HMAC-SHA256'

/** How far `X-Sdk-Date` may be from now, either way, in ms: 15 minutes, as at the vendor. */
export const signatureSkewMs = 15 * 60_000

const maxLength = 4_096
const maxHeaders = 50
/** `token` of RFC 9110, 5.6.2, in small letters. */
const headerName = "[a-z0-9!#$%&'*+.^_`|~-]+"
/** As the official signers write it, to the blank. */
const grammar = new RegExp(
  `^${signatureScheme} Access=([A-Za-z0-9_-]{1,128}), SignedHeaders=(${headerName}(?:;${headerName})*), Signature=([0-9a-f]{64})$`,
)

/** What a signed request says of itself, before anybody knows whether it is true. */
export interface SignatureClaim {
  /** The public half of the pair of keys. */
  readonly accessKeyId: string
  /** The names of the headers that are signed, in the order in which they are. */
  readonly signedHeaders: readonly string[]
  /** `X-Sdk-Date`, as it was sent. */
  readonly date: string
  /** 64 hexadecimal digits. */
  readonly signature: string
}

/** What keeps a claim from being looked into: `too_old` and `too_new` are of another time than about now. */
export type ClaimProblem = 'malformed' | 'too_old' | 'too_new'

/** `now`: ms since 1970. */
export function readSignatureClaim(
  headers: RequestHeaders,
  now: number,
): { readonly claim: SignatureClaim } | { readonly claim?: undefined; readonly problem: ClaimProblem } {
  const authorization = headers.get('Authorization') ?? ''
  // a header that is sent twice comes as one with a comma, which neither of these two can hold so
  const found = authorization.length > maxLength ? null : grammar.exec(authorization)
  const date = headers.get('X-Sdk-Date') ?? ''
  const time = readSdkDate(date)
  if (!found || time === undefined) return { problem: 'malformed' }
  const [, accessKeyId = '', names = '', signature = ''] = found
  const signedHeaders = names.split(';')
  if (!areSigned(signedHeaders, headers)) return { problem: 'malformed' }
  if (time < now - signatureSkewMs) return { problem: 'too_old' }
  if (time > now + signatureSkewMs) return { problem: 'too_new' }
  return { claim: { accessKeyId, signedHeaders, date, signature } }
}

/**
 * Whether a list names what must be signed, nothing twice, and nothing that did not come. `host` need not be: the official
 * signers for Node and Python sign it, the one for Go does not.
 */
function areSigned(names: readonly string[], headers: RequestHeaders): boolean {
  const distinct = new Set(names)
  return (
    names.length <= maxHeaders &&
    distinct.size === names.length &&
    distinct.has('x-sdk-date') &&
    names.every((name) => (headers.get(name) ?? null) !== null)
  )
}
