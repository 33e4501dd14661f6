import { GitferryError } from '../errors/index.ts'
import type { Clock } from '../ports/index.ts'
import { callerOf, canonicalAddress } from './address.ts'
import { AllowedAddresses } from './allowed-addresses.ts'
import { RateLimiter } from './rate-limiter.ts'
import { problemWithHeader, problemWithSignature, type SignatureProblem } from './signature.ts'

export interface WebhookGateOptions {
  /** What a webhook may be signed with; none: every webhook is refused. */
  readonly secrets: readonly string[]
  /** Addresses and networks that webhooks may come from; `null`: any. */
  readonly allowIps: readonly string[] | null
  /** Webhooks a minute, from one caller. */
  readonly rateLimit: number
  readonly clock: Pick<Clock, 'now'>
}

/** Decides whether a webhook is let in: where it comes from, how often, and who signed it. Does no I/O. */
export class WebhookGate {
  readonly #secrets: readonly string[]
  readonly #allowed: AllowedAddresses | undefined
  readonly #rateLimit: number
  readonly #limiter: RateLimiter

  constructor({ secrets, allowIps, rateLimit, clock }: WebhookGateOptions) {
    this.#secrets = secrets
    this.#allowed = allowIps === null ? undefined : new AllowedAddresses(allowIps)
    this.#rateLimit = rateLimit
    this.#limiter = new RateLimiter({ perMinute: rateLimit, clock })
  }

  /**
   * Weighs the caller, before anything of the body is read. Callers without an address share one allowance, and none is
   * let in where only some addresses are.
   * @throws ADDRESS_NOT_ALLOWED; RATE_LIMITED with `details.retry_after_seconds`
   */
  admit(ip: string | null | undefined): void {
    const address = ip ? canonicalAddress(ip) : undefined
    if (this.#allowed !== undefined && (address === undefined || !this.#allowed.has(address))) {
      throw new GitferryError(
        'ADDRESS_NOT_ALLOWED',
        `Webhooks from ${address ?? 'a caller without an address'} are not taken here. Allow the address with --webhook-allow-ip (webhooks.allowIps).`,
      )
    }
    const waitMs = this.#limiter.take(address === undefined ? '' : callerOf(address))
    if (waitMs === 0) return
    const retry_after_seconds = Math.ceil(waitMs / 1_000)
    throw new GitferryError(
      'RATE_LIMITED',
      `More than ${this.#rateLimit} webhooks a minute came from this caller. Send the next one in ${retry_after_seconds} s.`,
      { details: { retry_after_seconds } },
    )
  }

  /**
   * Weighs the header of the signature, before anything of the body is read: what no body can make good is refused as
   * `verify` would refuse it.
   * @throws SIGNATURE_INVALID
   */
  expectSignature(header: string | null | undefined): void {
    this.#refuse(problemWithHeader(header))
  }

  /** Checks who signed the body. @throws SIGNATURE_INVALID */
  verify(body: Uint8Array, header: string | null | undefined): void {
    this.#refuse(problemWithSignature({ body, header, secrets: this.#secrets }))
  }

  #refuse(found: SignatureProblem | undefined): void {
    const problem = this.#secrets.length === 0 ? 'unconfigured' : found
    if (problem !== undefined) throw new GitferryError('SIGNATURE_INVALID', refusals[problem])
  }
}

const refusals: Readonly<Record<SignatureProblem | 'unconfigured', string>> = {
  unconfigured:
    'No webhook secret is configured here, so no webhook is taken. Give one with --webhook-secret-file or GITFERRY_WEBHOOK_SECRET (webhooks.secrets).',
  missing: 'X-Hub-Signature-256 is missing. Sign the body with the webhook secret.',
  malformed:
    'X-Hub-Signature-256 must be "sha256=" and 64 hexadecimal digits in small letters; other algorithms are not taken.',
  wrong:
    'X-Hub-Signature-256 does not fit the body. Sign the bytes that are sent, with the secret that is configured here.',
}
