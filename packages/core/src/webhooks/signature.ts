import { createHmac, timingSafeEqual } from 'node:crypto'

const grammar = /^sha256=([0-9a-f]{64})$/
const digestBytes = 32

/** What keeps a signature from being good. */
export type SignatureProblem = 'missing' | 'malformed' | 'wrong'

export interface SignedBody {
  /** As it was sent, byte for byte. */
  readonly body: Uint8Array
  /** The value of `X-Hub-Signature-256`. */
  readonly header: string | null | undefined
  /** Any of them may have signed: while one is exchanged, the old one is still good. */
  readonly secrets: readonly string[]
}

/** What is wrong with the header of a signature, whatever the body is: `undefined` when it could be good. */
export function problemWithHeader(
  header: string | null | undefined,
): Exclude<SignatureProblem, 'wrong'> | undefined {
  if (!header) return 'missing'
  return grammar.test(header) ? undefined : 'malformed'
}

/**
 * Checks a body's HMAC-SHA256 against `sha256=` and 64 hexadecimal digits in small letters, as GitHub sends it
 * (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). Other spellings and SHA-1 are
 * refused. Every secret is tried, and 32 bytes are always compared in constant time, also where nothing usable was
 * sent: how long it takes says nothing about a secret.
 * @returns `undefined` when the signature is good
 */
export function problemWithSignature({ body, header, secrets }: SignedBody): SignatureProblem | undefined {
  const digits = grammar.exec(header ?? '')?.[1]
  const given = digits === undefined ? Buffer.alloc(digestBytes) : Buffer.from(digits, 'hex')
  let isGood = false
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(body).digest()
    isGood = timingSafeEqual(expected, given) || isGood
  }
  return problemWithHeader(header) ?? (isGood ? undefined : 'wrong')
}
