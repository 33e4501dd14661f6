import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { problemWithSignature } from '../../src/webhooks/signature.ts'

interface Vector {
  readonly secret: string
  readonly body: string
  readonly header: string
}

/** Those of the vendor, and one that two other implementations agree on. */
const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/signed-webhooks.json', import.meta.url), 'utf8'),
) as readonly Vector[]

const bytes = (text: string) => new TextEncoder().encode(text)
const secret = 'a secret of some length'
const body = bytes('{"task_id": 1}')
const good = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
const check = (header: string | null | undefined, more: object = {}) =>
  problemWithSignature({ body, header, secrets: [secret], ...more })

describe('a signature', () => {
  it.each(vectors)('is good as the vendor signs $body', ({ secret, body, header }) => {
    expect(problemWithSignature({ body: bytes(body), header, secrets: [secret] })).toBeUndefined()
    expect(problemWithSignature({ body: bytes(`${body} `), header, secrets: [secret] })).toBe('wrong')
    expect(problemWithSignature({ body: bytes(body), header, secrets: [`${secret} `] })).toBe('wrong')
  })

  it('is good with any of several secrets, wherever it stands', () => {
    expect(check(good, { secrets: ['old', secret] })).toBeUndefined()
    expect(check(good, { secrets: [secret, 'new'] })).toBeUndefined()
    expect(check(good, { secrets: ['old', 'new'] })).toBe('wrong')
    expect(check(good, { secrets: [] })).toBe('wrong')
  })

  it('is over the bytes, not over the text that they stand for', () => {
    const invalid = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])
    const header = `sha256=${createHmac('sha256', secret).update(invalid).digest('hex')}`
    expect(check(header, { body: invalid })).toBeUndefined()
    // U+FFFD is what a decoder makes of both bytes
    expect(check(header, { body: bytes('{"\ufffd\ufffd"}') })).toBe('wrong')
  })

  it.each([[null], [undefined], ['']])('%j is missing', (header) => {
    expect(check(header)).toBe('missing')
  })

  it.each([
    ['capital digits', good.toUpperCase().replace('SHA256', 'sha256')],
    ['a capital algorithm', good.replace('sha256', 'SHA256')],
    ['no algorithm', good.slice('sha256='.length)],
    ['SHA-1', `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`],
    [
      'a digest of SHA-1 under the name of SHA-256',
      `sha256=${createHmac('sha1', secret).update(body).digest('hex')}`,
    ],
    ['one digit too few', good.slice(0, -1)],
    ['one digit too many', `${good}0`],
    ['what is no digit', `${good.slice(0, -1)}g`],
    ['nothing behind the algorithm', 'sha256='],
    ['two at once', `${good}, ${good}`],
    ['a blank', ` ${good}`],
    ['a line end', `${good}\n`],
    ['base64', `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`],
  ])('with %s is malformed', (_, header) => {
    expect(check(header)).toBe('malformed')
  })

  it('of nothing but zeros is wrong, also where nothing was compared with it', () => {
    expect(check(`sha256=${'0'.repeat(64)}`)).toBe('wrong')
    expect(check(`sha256=${'0'.repeat(64)}`, { secrets: [] })).toBe('wrong')
  })
})
