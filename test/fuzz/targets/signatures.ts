import { canonicalPaths } from '../../../packages/core/src/signature/canonical-paths.ts'
import { canonicalQuery } from '../../../packages/core/src/signature/canonical-query.ts'
import { readSdkDate } from '../../../packages/core/src/signature/sdk-date.ts'
import { readSignatureClaim } from '../../../packages/core/src/signature/signature-claim.ts'
import { gitCredential } from '../../../packages/server/src/git-http/git-credential.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const signature = 'ab'.repeat(32)
const claimText = (headers: string): string =>
  `SDK-HMAC-SHA256 Access=AK_1, SignedHeaders=${headers}, Signature=${signature}`

/** As node hands them on: no control character, and nothing over one byte. */
const headersWith = (authorization: string): { get(name: string): string | null } => ({
  get: (name) =>
    ({ authorization, 'x-sdk-date': '20260101T000000Z', host: 'h.example', 'content-type': 'a/b' })[
      name.toLowerCase()
    ] ?? null,
})

type ClaimReader = (authorization: string) => ReturnType<typeof readSignatureClaim>
const readClaim: ClaimReader = (authorization) => readSignatureClaim(headersWith(authorization), now)

const claims = fuzzTarget<string, ClaimReader>({
  name: 'the header of a signature (AK/SK)',
  inputs: textNear(
    [
      claimText('host;x-sdk-date'),
      claimText('x-sdk-date'),
      claimText('content-type;host;x-sdk-date'),
      claimText('host'),
    ],
    [
      'SDK-HMAC-SHA256 ',
      'Access=',
      ', ',
      'SignedHeaders=',
      ';host',
      ';x-sdk-date',
      'Signature=',
      signature,
      ' ',
    ],
  ),
  parser: readClaim,
  check(read, text) {
    const { claim } = read(text)
    if (claim === undefined) return 'refused'
    promise(claim.signedHeaders.includes('x-sdk-date'), 'the date is signed')
    promise(new Set(claim.signedHeaders).size === claim.signedHeaders.length, 'nothing is signed twice')
    promise(
      claim.signedHeaders.every((name) => headersWith(text).get(name) !== null),
      'what is signed has come',
    )
    const { accessKeyId, signature: signed, signedHeaders } = claim
    const again = `SDK-HMAC-SHA256 Access=${accessKeyId}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signed}`
    same(text, again, 'nothing else stands in it')
    return 'accepted'
  },
  long: () =>
    repeated([';a', 'a', ', ', 'Access=', 'host;'], { before: 'SDK-HMAC-SHA256 Access=A, SignedHeaders=' }),
  broken: {
    'needs no date': (text) => readClaim(text.replace('=host,', '=host;x-sdk-date,')),
    'reads parts in any order': (text) => {
      const accessKeyId = /Access=(\w+)/.exec(text)?.[1]
      const signedHeaders = /SignedHeaders=([\w;-]+)/.exec(text)?.[1]?.split(';') ?? []
      if (accessKeyId === undefined || !signedHeaders.includes('x-sdk-date')) return { problem: 'malformed' }
      return { claim: { accessKeyId, signedHeaders, signature, date: '' } }
    },
    'signs what did not come': (text) => {
      const found = readClaim(text)
      return found.claim ? { claim: { ...found.claim, signedHeaders: ['x-sdk-date', 'x-none'] } } : found
    },
  },
})

type DateReader = typeof readSdkDate

const dates = fuzzTarget<string, DateReader>({
  name: 'X-Sdk-Date',
  inputs: textNear(
    ['20260101T000000Z', '20260230T000000Z', '20241231T235960Z'],
    ['T', 'Z', '0', '9', '2026'],
  ),
  parser: readSdkDate,
  check(read, text) {
    const time = read(text)
    if (time === undefined) return 'refused'
    same(new Date(time).toISOString().replace(/[-:]|\.000/g, ''), text, 'written once more it is the same')
    return 'accepted'
  },
  long: () => repeated(['0', 'T', '20260101']),
  broken: {
    'moves a day that is none': (text) => {
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)T/.exec(text) ?? []
      return year === undefined
        ? undefined
        : new Date(Number(year), Number(month) - 1, Number(day)).getTime() || 0
    },
    'takes any date': (text) => Date.parse(text) || (text.length > 20 ? 0 : undefined),
  },
})

interface Canonical {
  readonly paths: readonly string[]
  readonly query: string
}
type Canonicalizer = (url: string) => Canonical
const canonical: Canonicalizer = (url) => {
  const [path = '', ...rest] = url.split('?')
  return { paths: canonicalPaths(path), query: canonicalQuery(rest.join('?')) }
}

const requests = fuzzTarget<string, Canonicalizer>({
  name: 'the path and query of a signed request',
  inputs: textNear(
    ['/v1/a%2Fb?b=2&a=1', '/v2/分支/x?x', '/v1/%E5%88%86?a=%20+&a', '/a|b^c'],
    ['%', '%2F', '%2f', '/', '?', '&', '=', '+', '%E5', '|', '^', "'"],
  ),
  parser: canonical,
  check(make, url) {
    const { paths, query } = make(url)
    promise(paths.length > 0 && paths.length <= 5, 'a path has one to five meanings')
    for (const path of paths) promise(/^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*\/$/.test(path), 'a canonical path')
    promise(/^(?:[A-Za-z0-9._~&=-]|%[0-9A-F]{2})*$/.test(query), 'a canonical query')
    const [, ...rest] = url.split('?')
    const given = [...new URLSearchParams(rest.join('?'))].length
    same(query === '' ? 0 : query.split('&').length, given, 'every parameter is signed')
    return verdict(paths.length > 1)
  },
  long: () =>
    repeated(['/', '%E5', '%', '&a=1', '&'], { before: '/v1?' }).concat(repeated(['/', '%E5', '%41'])),
  broken: {
    'leaves a path as it is': (url) => ({ ...canonical(url), paths: [url.split('?')[0]!] }),
    'takes one parameter of a name': (url) => {
      const query = new URLSearchParams(Object.fromEntries(new URLSearchParams(url.split('?')[1])))
      return { ...canonical(url), query: canonicalQuery(String(query)) }
    },
    'falls over what is not well encoded': (url) => {
      decodeURIComponent(url.split('?')[0]!)
      return canonical(url)
    },
  },
})

type CredentialReader = (authorization: string) => string | undefined
const credential: CredentialReader = (authorization) =>
  gitCredential({ get: (name: string) => (name === 'Authorization' ? authorization : null) } as Headers)
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

const passwords = fuzzTarget<string, CredentialReader>({
  name: 'basic authentication of git',
  inputs: textNear(
    [basic('mia:token'), basic(':a:b'), basic('mia'), basic('mia:'), 'Bearer abc'],
    ['Basic ', '=', ' ', 'bWlhOng='],
  ),
  parser: credential,
  check(read, text) {
    const found = answerOf(() => read(text), 'UNAUTHENTICATED')
    if (found === undefined) return 'refused'
    promise(found !== '', 'a password is something')
    if (!/^basic/i.test(text)) return 'accepted'
    const [, ...password] = Buffer.from(text.trim().split(/ +/)[1]!, 'base64').toString().split(':')
    same(found, password.join(':'), 'all behind the first colon')
    return 'accepted'
  },
  long: () => repeated(['A', ' ', '=', 'Basic ']).map((text) => `Basic ${text}`),
  broken: {
    'takes the last part': (text) => {
      const found = credential(text)
      return /^basic/i.test(text) ? found?.split(':').at(-1) : found
    },
    'takes an empty password': (text) => (text.startsWith('Basic') ? '' : credential(text)),
  },
})

export const signatureTargets: readonly AnyFuzzTarget[] = [claims, dates, requests, passwords]
