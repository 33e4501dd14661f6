import { GitferryError } from '../errors/index.ts'
import { type ClaimProblem, signatureSkewMs } from '../signature/signature-claim.ts'

type Reason = 'not_found' | 'signature' | 'too_old'

const refusal = (reason: Reason, message: string): GitferryError =>
  new GitferryError('UNAUTHENTICATED', message, { details: { reason } })

/** What is told of a claim that is not looked into. */
export function refusedClaim(problem: ClaimProblem, now: number): GitferryError {
  if (problem === 'malformed') {
    return refusal(
      'signature',
      'Authorization: must be “SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…”, with x-sdk-date among the signed headers, each of which must be sent once, and X-Sdk-Date must be like 20260101T000000Z.',
    )
  }
  const side = problem === 'too_old' ? 'before' : 'after'
  return refusal(
    'too_old',
    `X-Sdk-Date: is more than ${signatureSkewMs / 60_000} minutes ${side} this server’s time, ${new Date(now).toISOString()}. Set the clocks right, and sign the request anew.`,
  )
}

/** The body that came is not the one that was signed, or none was. */
export const refusedBody = (): GitferryError =>
  refusal(
    'signature',
    'X-Sdk-Content-Sha256: must be the SHA-256 of the body, in small hexadecimal letters; UNSIGNED-PAYLOAD is taken only of what is not JSON.',
  )

/** The same words whether there is no such key or it did not sign this: strangers are not told which keys there are. */
export const unknownSignature = (reason: 'not_found' | 'signature'): GitferryError =>
  refusal(
    reason,
    'The access key is not known here, or was revoked, or its secret did not sign this very request. Sign with another one; a proxy on the way must leave the path, the query and every signed header (Host, where it is signed) as they are.',
  )
