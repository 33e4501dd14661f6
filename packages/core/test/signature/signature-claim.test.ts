import { describe, expect, it } from 'vitest'
import { readSdkDate } from '../../src/signature/sdk-date.ts'
import { readSignatureClaim } from '../../src/signature/signature-claim.ts'
import { accessKey, signedAt } from './official-signer.ts'

const signature = '0123456789abcdef'.repeat(4)
const headersWith = (more: Readonly<Record<string, string>> = {}) =>
  new Headers({ Host: 'git.example', 'X-Sdk-Date': '20260101T000000Z', ...more })
const written = ({ access = accessKey.id, signed = 'host;x-sdk-date', hex = signature } = {}) =>
  `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=${signed}, Signature=${hex}`
const read = (authorization: string, more: Readonly<Record<string, string>> = {}, now = signedAt) => {
  const headers = headersWith(more)
  headers.set('Authorization', authorization)
  const found = readSignatureClaim(headers, now)
  return found.claim ?? found.problem
}

describe('what a signed request says of itself', () => {
  it('is read from Authorization and X-Sdk-Date', () => {
    expect(read(written())).toEqual({
      accessKeyId: accessKey.id,
      signedHeaders: ['host', 'x-sdk-date'],
      date: '20260101T000000Z',
      signature,
    })
  })

  it('need not sign `host`, as the signer for Go does not', () => {
    expect(
      read(written({ signed: 'content-type;x-sdk-date' }), { 'Content-Type': 'application/json' }),
    ).toMatchObject({
      signedHeaders: ['content-type', 'x-sdk-date'],
    })
  })

  it.each([
    ['no scheme', written().replace('SDK-HMAC-SHA256 ', '')],
    ['a scheme in small letters', written().replace('SDK-HMAC-SHA256', 'sdk-hmac-sha256')],
    ['another scheme', written().replace('SDK-HMAC-SHA256', 'V11-HMAC-SHA256')],
    ['capital digits', written({ hex: signature.toUpperCase() })],
    ['one digit too few', written({ hex: signature.slice(1) })],
    ['one digit too many', written({ hex: `${signature}0` })],
    ['what is no digit', written({ hex: `${signature.slice(1)}g` })],
    ['two blanks', written().replace('SHA256 ', 'SHA256  ')],
    ['a tab', written().replace('SHA256 ', 'SHA256\t')],
    ['no blank after a comma', written().replaceAll(', ', ',')],
    ['a blank in a list', written({ signed: 'host; x-sdk-date' })],
    ['another order', `SDK-HMAC-SHA256 SignedHeaders=host;x-sdk-date, Access=A, Signature=${signature}`],
    ['something more', `${written()}, More=1`],
    ['two at once, as a header that is sent twice comes', `${written()}, ${written()}`],
    ['no id', written({ access: '' })],
    ['an id with a blank', written({ access: 'A B' })],
    ['an id with a line’s worth of letters', written({ access: 'A'.repeat(129) })],
    ['no signed header', written({ signed: '' })],
    ['capitals in a name', written({ signed: 'Host;x-sdk-date' })],
    ['a name given twice', written({ signed: 'host;host;x-sdk-date' })],
    ['an empty name', written({ signed: 'host;;x-sdk-date' })],
    ['a name that did not come', written({ signed: 'host;x-other;x-sdk-date' })],
    ['x-sdk-date not signed', written({ signed: 'host' })],
    ['a list without end', written({ signed: `host;x-sdk-date${';a'.repeat(3_000)}` })],
    ['nothing', ''],
  ])('is malformed with %s', (_, authorization) => {
    expect(read(authorization)).toBe('malformed')
  })

  it('is malformed with more than 50 signed headers, all of which came', () => {
    const more = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, '']))
    const list = (count: number) =>
      written({ signed: ['host', 'x-sdk-date', ...Object.keys(more(count))].join(';') })
    expect(read(list(48), more(48))).toMatchObject({ accessKeyId: accessKey.id })
    expect(read(list(49), more(49))).toBe('malformed')
  })

  it('is malformed when it is longer than 4,096 letters', () => {
    const more = (letters: number) => ({ ['x'.repeat(letters)]: '', [`y${'x'.repeat(1_900)}`]: '' })
    const list = (letters: number) =>
      written({ signed: ['host', 'x-sdk-date', ...Object.keys(more(letters))].join(';') })
    const rest = 4_096 - list(0).length
    expect(list(rest)).toHaveLength(4_096)
    expect(read(list(rest), more(rest))).toMatchObject({ accessKeyId: accessKey.id })
    expect(read(list(rest + 1), more(rest + 1))).toBe('malformed')
  })

  it('is malformed without Authorization, Host or X-Sdk-Date', () => {
    expect(readSignatureClaim(headersWith(), signedAt)).toEqual({ problem: 'malformed' })
    for (const name of ['Host', 'X-Sdk-Date']) {
      const headers = headersWith({ Authorization: written() })
      headers.delete(name)
      expect(readSignatureClaim(headers, signedAt), name).toEqual({ problem: 'malformed' })
    }
  })

  it('is malformed with a date that is sent twice', () => {
    expect(read(written(), { 'X-Sdk-Date': '20260101T000000Z, 20260101T000000Z' })).toBe('malformed')
  })

  it.each([
    [-15 * 60_000 - 1, 'too_new'],
    [-15 * 60_000, undefined],
    [0, undefined],
    [15 * 60_000, undefined],
    [15 * 60_000 + 1, 'too_old'],
  ])('is looked into %i ms after its date: %s', (after, problem) => {
    const found = read(written(), {}, signedAt + after)
    expect(typeof found === 'string' ? found : undefined).toBe(problem)
  })
})

describe('an X-Sdk-Date', () => {
  it('is a day and a time in UTC', () => {
    expect(readSdkDate('20240229T235959Z')).toBe(Date.parse('2024-02-29T23:59:59Z'))
  })

  it.each([
    '20230229T000000Z',
    '20261301T000000Z',
    '20260100T000000Z',
    '20260101T240000Z',
    '20260101T006000Z',
    '20260101T000060Z',
    '20260101T000000',
    '20260101T000000z',
    '20260101 000000Z',
    '2026-01-01T00:00:00Z',
    '20260101T000000+0800',
    '20260101T000000Z\n',
    ' 20260101T000000Z',
    '٢٠٢٦٠١٠١T000000Z',
    '',
  ])('is not %j', (text) => {
    expect(readSdkDate(text)).toBeUndefined()
  })
})
