import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type GitferryError, isGitferryError } from '../../src/errors/index.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { WebhookGate, type WebhookGateOptions } from '../../src/webhooks/webhook-gate.ts'

const clock = createTestClock()
const gate = (options: Partial<WebhookGateOptions> = {}) =>
  new WebhookGate({ secrets: ['a secret of some length'], allowIps: null, rateLimit: 2, clock, ...options })

function refusal(act: () => void): GitferryError {
  try {
    act()
  } catch (error) {
    if (isGitferryError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('where a webhook comes from', () => {
  it('is anywhere, unless addresses are named', () => {
    for (const ip of ['203.0.113.7', '2001:db8::1', 'nonsense', '', null, undefined]) gate().admit(ip)
  })

  it.each(['203.0.113.8', '2001:db8::1', '', 'nonsense', null, undefined])('%j is not among them', (ip) => {
    const error = refusal(() => gate({ allowIps: ['203.0.113.7'] }).admit(ip))
    expect(error).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED', status: 403 })
  })

  it('is decided before it is counted', () => {
    const strict = gate({ allowIps: ['203.0.113.0/24'], rateLimit: 1 })
    for (let n = 0; n < 3; n += 1) {
      expect(refusal(() => strict.admit('198.51.100.1')).code).toBe('ADDRESS_NOT_ALLOWED')
    }
    strict.admit('203.0.113.7')
    expect(refusal(() => strict.admit('203.0.113.7')).code).toBe('RATE_LIMITED')
  })
})

describe('how often a webhook comes', () => {
  it('is counted by caller, however its address is written', () => {
    const busy = gate()
    busy.admit('::ffff:203.0.113.7')
    busy.admit('203.0.113.7')
    const error = refusal(() => busy.admit('::ffff:cb00:7107'))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', status: 429, details: { retry_after_seconds: 60 } })
    busy.admit('203.0.113.8')
  })

  it('is counted by the /64 of an IPv6 address', () => {
    const busy = gate()
    busy.admit('2001:db8::1')
    busy.admit('2001:db8::2')
    expect(refusal(() => busy.admit('2001:db8::3')).code).toBe('RATE_LIMITED')
    busy.admit('2001:db8:0:1::1')
  })

  it('is counted together for callers without an address', () => {
    const busy = gate()
    busy.admit(null)
    busy.admit(undefined)
    expect(refusal(() => busy.admit('')).code).toBe('RATE_LIMITED')
  })
})

describe('who signed a webhook', () => {
  const body = new TextEncoder().encode('{}')
  const signed = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

  it('is found out by the secret', () => {
    gate().verify(body, signed('a secret of some length'))
    const error = refusal(() => gate().verify(body, signed('another')))
    expect(error).toMatchObject({ code: 'SIGNATURE_INVALID', status: 401 })
  })

  it('cannot be found out without a secret, and the refusal says what to configure', () => {
    for (const header of [undefined, signed(''), signed('a secret of some length')]) {
      const error = refusal(() => gate({ secrets: [] }).verify(body, header))
      expect(error.code).toBe('SIGNATURE_INVALID')
      expect(error.message).toMatch(/No webhook secret is configured.*--webhook-secret-file/)
    }
  })

  it('is refused before there is a body where none could make it good, in the same words', () => {
    const header = signed('another')
    const bad = [
      undefined,
      null,
      '',
      'sha256=00',
      header.toUpperCase(),
      header.slice(7),
      `${header}0`,
      'sha1=x',
    ]
    for (const options of [{}, { secrets: [] }]) {
      for (const header of bad) {
        const early = refusal(() => gate(options).expectSignature(header))
        const late = refusal(() => gate(options).verify(body, header))
        expect([early.code, early.message]).toEqual([late.code, late.message])
      }
    }
    expect(refusal(() => gate({ secrets: [] }).expectSignature(header)).message).toMatch(/No webhook secret/)
    gate().expectSignature(header)
  })

  it('a refusal never holds the secret or the right signature', () => {
    for (const header of [undefined, 'sha1=x', signed('another')]) {
      const { message, details } = refusal(() => gate().verify(body, header))
      expect(JSON.stringify({ message, details })).not.toMatch(/a secret of some length|[0-9a-f]{16}/)
    }
  })
})
