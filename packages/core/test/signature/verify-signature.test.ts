import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemWithSignature } from '../../src/signature/verify-signature.ts'
import { problemWith, signedByVendor } from './official-signer.ts'

/** What branches and files are called: ASCII that URLs escape or not, raw `%2F`, other scripts, emoji, and slashes. */
const piece = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'aZ09-_.~ !$&\'()*+,;=:@|{}<>"`^[]'), maxLength: 8 }),
  fc.constantFrom('%2F', '%2f', '%252F', '%20', '%E4%B8%AD', '%7B', 'feature/x', 'a//b', '100%'),
  fc.string({ unit: fc.constantFrom(...'grünñ中文дом한'), maxLength: 6 }),
  fc.constantFrom('🚀', 'e\u0301', 'x'),
)
const isDots = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment)
const path = fc
  .array(piece, { minLength: 1, maxLength: 4 })
  .map((pieces) => `/v1/${pieces.join('')}/end`)
  // every URL leaves these out before a request is sent, and signers do not
  .filter((made) => !made.split('/').some(isDots))
  // what the caller and what the SDK has encoded cannot be told apart
  .filter((made) => !(/%E4/.test(made) && /[^ -~]/.test(made)))
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
const query = fc.dictionary(
  text.filter((name) => name !== '' && name !== '__proto__'),
  fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { minLength: 1, maxLength: 4 })),
  { maxKeys: 5 },
)
const headerValue = fc
  .string({ unit: fc.constantFrom(...'aZ0 ;,:=/*é'), maxLength: 20 })
  .map((value) => value.trim())
const headers = fc.record(
  { 'X-Project-Id': headerValue, 'X-Security-Token': headerValue, 'User-Agent': headerValue },
  { requiredKeys: [] },
)
const data = fc.option(fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }), { nil: undefined })
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE')
const toSign = fc.record({ method, path, query, headers, data })

describe('a signature', () => {
  it('of the official Node signer is good, whatever is in path, query, headers and body', () => {
    fc.assert(
      fc.property(toSign, (given) => {
        expect(problemWith(signedByVendor(given))).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    // those that its own tests expect of the official Go signer, which signs neither host nor content-type
    ['GET', '/path?limit=1', '', '5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624'],
    [
      'POST',
      '/path?key=value',
      '{"Name":"test","Id":1}\n',
      'cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59',
    ],
  ])('of the official Go signer is good: %s %s', (method, url, body, signature) => {
    const date = '20060102T150405Z'
    const claim = { accessKeyId: 'AccessKey', signedHeaders: ['x-sdk-date'], date, signature }
    const request = {
      method,
      url,
      headers: new Headers({ 'X-Sdk-Date': date }),
      body: new TextEncoder().encode(body),
    }
    expect(problemWithSignature(claim, request, 'SecretKey')).toBeUndefined()
    expect(problemWithSignature(claim, request, 'SecretKeY')).toBe('wrong')
  })

  it('is over method, path, query, every signed header and body: a changed one is refused', () => {
    const given = {
      method: 'POST',
      path: '/v1/repositories/feature%2Fx/grün',
      query: { path: 'a b', limit: 20 },
      headers: { 'X-Project-Id': 'p' },
      data: { name: 'x' },
    }
    const good = signedByVendor(given)
    expect(problemWith(good)).toBeUndefined()
    const withHeader = (name: string, value: string) => {
      const changed = new Headers(good.headers)
      changed.set(name, value)
      return { ...good, headers: changed }
    }
    const { url } = good
    const changed = [
      { ...good, method: 'PUT' },
      { ...good, method: 'post' },
      { ...good, url: url.replace('/v1/', '/v2/') },
      { ...good, url: url.replace('/v1/', '/V1/') },
      { ...good, url: url.replace('feature%2Fx', 'feature%2Fy') },
      { ...good, url: url.replace('limit=20', 'limit=21') },
      { ...good, url: url.replace('&limit=20', '') },
      { ...good, url: `${url}&limit=20` },
      { ...good, url: `${url}&page=1` },
      { ...good, url: url.replace('path=a%20b', 'Path=a%20b') },
      { ...good, url: url.slice(0, url.indexOf('?')) },
      { ...good, body: new TextEncoder().encode('{"name":"x"} ') },
      { ...good, body: new Uint8Array() },
      withHeader('Host', 'git.example'),
      withHeader('Host', 'git.example:8081'),
      withHeader('X-Project-Id', 'q'),
      withHeader('Content-Type', 'application/json; charset=utf-8'),
      withHeader('X-Sdk-Date', '20260101T000001Z'),
    ]
    for (const request of changed) expect(problemWith(request), JSON.stringify(request)).toBe('wrong')
    expect(problemWith(good, { secret: 'another' })).toBe('wrong')
  })

  it('is not over headers that it does not name, and not over the order and the spelling of a query', () => {
    const good = signedByVendor({ query: { b: ['2', '10'], a: 'x y', ä: "it's" } })
    good.headers.set('X-Auth-Token', 'anything')
    expect(problemWith(good)).toBeUndefined()
    const spelt = '/v1/x?%C3%A4=it%27s&b=10&a=x+y&b=2'
    expect(problemWith({ ...good, url: spelt })).toBeUndefined()
    expect(problemWith({ ...good, url: `${spelt}&b=2` })).toBe('wrong')
  })

  it('takes the order of the signed headers from their list', () => {
    const good = signedByVendor()
    const authorization = good.headers.get('Authorization')!
    good.headers.set('Authorization', authorization.replace('content-type;host', 'host;content-type'))
    expect(problemWith(good)).toBe('wrong')
  })
})

describe('the path that a signature is over', () => {
  const sent = (signed: string, url: string) => problemWith({ ...signedByVendor({ path: signed }), url })

  it.each([
    ['as it was sent (Node, Go)', '/v1/feature%2Fx', '/v1/feature%2Fx'],
    ['with every segment decoded (Node, of non-ASCII)', '/v1/grün', '/v1/gr%C3%BCn'],
    ['decoded as a whole, then split (Python)', '/v1/feature/x', '/v1/feature%2Fx'],
    [
      'as Node’s url.parse writes it, ASCII escaped and the rest not',
      "/v1/it's a|b/中",
      "/v1/it's%20a|b/%E4%B8%AD",
    ],
    ['the same of what the caller has encoded', "/v1/it's/%E4%B8%AD", "/v1/it's/%E4%B8%AD"],
    ['that is not well encoded', '/v1/100%', '/v1/100%'],
    ['that is not UTF-8 when it is decoded', '/v1/%FF', '/v1/%FF'],
    ['with a slash at its end, which is signed in any case', '/v1/x/', '/v1/x'],
    ['with that slash sent', '/v1/x/', '/v1/x/'],
    ['that is the root', '/', '/'],
  ])('may be the one %s', (_, signed, url) => {
    expect(sent(signed, url)).toBeUndefined()
  })

  it.each([
    ['/v1/a/b', '/v1/a//b'],
    ['/v1/a', '/v1/A'],
    ['/v1/a%2Fb', '/v1/a%2Fc'],
    ['/v1/a', '/v1/a%00'],
    ['/v1/a', '/v1/b/../a'],
    ['/v1/100%', '/v1/100%25%'],
  ])('is another one: signed %s, sent %s', (signed, url) => {
    expect(sent(signed, url)).toBe('wrong')
  })
})

describe('a canonical request', () => {
  const date = '20260101T000000Z'
  const emptyHash = createHash('sha256').digest('hex')

  /** As the vendor’s pages describe it, over a path that is already canonical. */
  function signedBy(hand: string): string {
    const lines = [
      'GET',
      hand,
      'a=1&b=%20',
      `host:git.example\nx-sdk-date:${date}\n`,
      'host;x-sdk-date',
      emptyHash,
    ]
    const hash = createHash('sha256').update(lines.join('\n')).digest('hex')
    return createHmac('sha256', 'SK').update(`SDK-HMAC-SHA256\n${date}\n${hash}`).digest('hex')
  }

  it.each([
    ['/v1/feature%252Fx/', undefined],
    ['/v1/feature%2Fx/', undefined],
    ['/v1/feature/x/', undefined],
    ['/v1/feature%2Fx', 'wrong'],
    ['/v1/feature%2fx/', 'wrong'],
    ['/v1/feature%25252Fx/', 'wrong'],
  ])('over %s is one of /v1/feature%%2Fx: %s', (hand, problem) => {
    const claim = {
      accessKeyId: 'AK',
      signedHeaders: ['host', 'x-sdk-date'],
      date,
      signature: signedBy(hand),
    }
    // unlike those of fetch, these are as they came
    const headers = { get: (name: string) => ({ host: ' git.example\t', 'x-sdk-date': date })[name] }
    const request = { method: 'GET', url: '/v1/feature%2Fx?b=+&a=1', headers, body: new Uint8Array() }
    expect(problemWithSignature(claim, request, 'SK')).toBe(problem)
  })
})

describe('the body that a signature is over', () => {
  const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const withHash = (hash: string, type = 'application/json') =>
    signedByVendor({ headers: { 'X-Sdk-Content-Sha256': hash, 'content-type': type } })
  const other = new TextEncoder().encode('{}')

  it('is the one whose hash X-Sdk-Content-Sha256 gives, if it gives one', () => {
    expect(problemWith(withHash(emptyHash))).toBeUndefined()
    expect(problemWith({ ...withHash(emptyHash), body: other })).toBe('body')
    for (const hash of [
      emptyHash.toUpperCase(),
      emptyHash.replace('e', 'f'),
      '',
      `${emptyHash}, ${emptyHash}`,
    ]) {
      expect(problemWith(withHash(hash)), hash).toBe('body')
    }
  })

  it('may be left out where it is no JSON, and there alone', () => {
    const unsigned = withHash('UNSIGNED-PAYLOAD', 'application/octet-stream')
    expect(problemWith(unsigned)).toBeUndefined()
    expect(problemWith({ ...unsigned, body: other })).toBeUndefined()
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/x+json', '']) {
      expect(problemWith(withHash('UNSIGNED-PAYLOAD', type)), type).toBe('body')
    }
    const untyped = withHash('UNSIGNED-PAYLOAD', 'multipart/form-data')
    untyped.headers.delete('Content-Type')
    expect(problemWith(untyped)).toBe('body')
    expect(problemWith(withHash('unsigned-payload', 'text/plain'))).toBe('body')
  })

  it('cannot be left out by a header that the signer did not send', () => {
    const good = signedByVendor({ method: 'POST', data: { a: 1 } })
    good.headers.set('X-Sdk-Content-Sha256', 'UNSIGNED-PAYLOAD')
    good.headers.set('Content-Type', 'text/plain')
    expect(problemWith(good)).toBe('wrong')
  })
})
