import { createHmac } from 'node:crypto'
import { parseInput } from '@gitferry/core/errors'
import fc from 'fast-check'
import {
  parseJsonBody,
  type RequestHeaders,
  taskSyncWebhook,
} from '../../../packages/core/src/contract/index.ts'
import { WebhookGate } from '../../../packages/core/src/webhooks/webhook-gate.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { answerOf, holds, promise, same, verdict } from '../promises.ts'
import { depthOf, hasRepeatedKey } from './json-structure.ts'

const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '{"a":1,"a":2}',
  '"__proto__":{}',
  '"constructor":1',
  '\\u0061',
  '\\"',
  'null',
  '1e999',
  '-0',
  '\ufeff',
  '['.repeat(120),
].map((text) => Buffer.from(text))
const bodies = [
  '{"task_id":7}',
  '{"task_id":"12","ref":"refs/heads/main","commits":[{"id":"a","added":["x"]}]}',
  '{"a":{"b":[{"c":{}}]},"d":"{\\"e\\":1}"}',
  '{"a":1,"\\u0061":2}',
  `{"a":${'['.repeat(101)}${']'.repeat(101)}}`,
  '[]',
].map((text) => Buffer.from(text))

interface Body {
  readonly bytes: Buffer
  readonly type: string | null
  readonly encoding: string | null
}
type BodyReader = (body: Body) => Record<string, unknown>

const headersOf = ({ encoding, type }: Body): RequestHeaders => ({
  get: (name) => (name === 'Content-Type' ? type : name === 'Content-Encoding' ? encoding : null),
})
const readBody: BodyReader = (body) => parseJsonBody(body.bytes, headersOf(body))
const types = [
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON;charset="UTF-8"',
  'text/plain',
  'application/json; charset=latin1',
  '',
]
const names = new Set(['__proto__', 'constructor', 'prototype'])

/** Every key at every depth. */
const keysOf = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [
        ...(Array.isArray(value) ? [] : [key]),
        ...keysOf(inner),
      ])

const jsonBody = fuzzTarget<Body, BodyReader>({
  name: 'the JSON body of a request',
  inputs: fc.record({
    bytes: bytesNear(bodies, pieces),
    type: fc.oneof(
      { weight: 4, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: fc.constantFrom(...types, null) },
    ),
    encoding: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom('gzip', '', 'identity') },
    ),
  }),
  parser: readBody,
  check(read, body) {
    const found = answerOf(() => read(body), 'INVALID_INPUT', 'UNSUPPORTED_MEDIA_TYPE')
    if (found === undefined) return 'refused'
    const text = body.bytes.toString('utf8')
    promise(
      Buffer.from(text).equals(body.bytes) && !text.startsWith('\ufeff'),
      'UTF-8 without a byte order mark',
    )
    promise(
      /^application\/json/i.test(body.type ?? '') && body.encoding === null,
      'declared as JSON, not compressed',
    )
    promise(!hasRepeatedKey(text), 'no field is given twice')
    promise(depthOf(text) <= 100, 'no deeper than 100 levels')
    promise(!keysOf(found).some((key) => names.has(key)), 'no field reaches a prototype')
    promise(Object.getPrototypeOf(found) === Object.prototype && !Array.isArray(found), 'a plain object')
    const plain = JSON.parse(text, (key, value: unknown) => (names.has(key) ? undefined : value)) as object
    same(found, plain, 'what the JSON says')
    return 'accepted'
  },
  long: () =>
    repeated(['[', '{"a":', ' ', '"', '\\"', '"a":1,', '\\', '"a"  '], { before: '{"x":"', after: '"}' })
      .concat(repeated(['[', '{"a":', '"\\', '"a":1,', '0'], { before: '{"x":' }))
      .map((text) => ({ bytes: Buffer.from(text), type: 'application/json', encoding: null })),
  broken: {
    'takes a field twice': ({ bytes }) => JSON.parse(bytes.toString()) as Record<string, unknown>,
    'takes what is no UTF-8': (body) => readBody({ ...body, bytes: Buffer.from(body.bytes.toString()) }),
    'takes a byte order mark': (body) =>
      readBody({ ...body, bytes: Buffer.from(body.bytes.toString().replace(/^\ufeff/, '')) }),
    'takes any type': (body) => readBody({ ...body, type: 'application/json' }),
    'lets errors of JSON out': (body) => {
      JSON.parse(body.bytes.toString())
      return readBody(body)
    },
  },
})

const secrets = ['a secret that is long enough', 'an older secret, still good']
const digest = (body: Uint8Array, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex')

interface Signed {
  readonly body: Buffer
  readonly header: string | null
  readonly ip: string | null
}
type Gate = (webhook: Signed) => void

const gateOf =
  (allowIps: readonly string[] | null): Gate =>
  ({ body, header, ip }) => {
    const gate = new WebhookGate({ secrets, allowIps, rateLimit: 10, clock: { now: () => 0 } })
    gate.admit(ip)
    gate.expectSignature(header)
    gate.verify(body, header)
  }

const signature = fuzzTarget<Signed, Gate>({
  name: 'signatures of webhooks',
  inputs: fc
    .record({
      body: bytesNear([Buffer.from('{"task_id":7}'), Buffer.alloc(0), Buffer.from([0xff, 0])]),
      secret: fc.constantFrom(...secrets, 'another secret'),
      form: textNear(
        ['sha256=$', 'sha256=$', 'sha1=$', 'SHA256=$', '$', ''],
        ['$', 'sha256=', ',', ' ', 'A'],
      ),
      ip: fc.constantFrom(
        '203.0.113.7',
        '::ffff:203.0.113.7',
        '198.51.100.1',
        null,
        'no address',
        '2001:db8::1%eth0',
      ),
      isMissing: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ body, form, ip, isMissing, secret }) => ({
      body,
      ip,
      header: isMissing === 0 ? null : form.replaceAll('$', () => digest(body, secret)),
    })),
  parser: gateOf(['203.0.113.0/24']),
  check(admit, webhook) {
    const isIn = holds(() => admit(webhook), 'SIGNATURE_INVALID', 'ADDRESS_NOT_ALLOWED', 'RATE_LIMITED')
    const isSigned = secrets.some((secret) => webhook.header === `sha256=${digest(webhook.body, secret)}`)
    const isFrom = ['203.0.113.7', '::ffff:203.0.113.7'].includes(webhook.ip ?? '')
    same(isIn, isSigned && isFrom, 'who signed it, from where')
    return verdict(isIn)
  },
  long: () =>
    repeated(['a', 'sha256=', '0']).map((header) => ({ body: Buffer.alloc(0), header, ip: '203.0.113.7' })),
  broken: {
    'takes any spelling': (webhook) =>
      gateOf(['203.0.113.0/24'])({ ...webhook, header: webhook.header?.toLowerCase() ?? null }),
    'takes any address': gateOf(null),
    'takes what is not signed': (webhook) => {
      if (webhook.header !== null) gateOf(['203.0.113.0/24'])(webhook)
    },
  },
})

type WebhookReader = (body: Buffer) => { readonly task_id: number }
const readWebhook: WebhookReader = (bytes) =>
  parseInput(taskSyncWebhook, readBody({ bytes, type: 'application/json', encoding: null }))

const payload = fuzzTarget<Buffer, WebhookReader>({
  name: 'the payload of a webhook',
  inputs: bytesNear(bodies, [
    ...pieces,
    Buffer.from('"task_id":'),
    Buffer.from('"9007199254740993"'),
    Buffer.from('1.5'),
    Buffer.from('007'),
  ]),
  parser: readWebhook,
  check(read, body) {
    const found = answerOf(() => read(body), 'INVALID_INPUT')
    if (found === undefined) return 'refused'
    promise(Number.isSafeInteger(found.task_id) && found.task_id > 0, 'a task is named by its id')
    const given = (JSON.parse(body.toString()) as { task_id: unknown }).task_id
    same(String(given), String(found.task_id), 'the id that was given')
    return 'accepted'
  },
  broken: {
    'takes any number': (body) => ({
      task_id: Number(
        (readBody({ bytes: body, type: 'application/json', encoding: null }) as { task_id?: unknown })
          .task_id ?? 1,
      ),
    }),
    'rounds it': (body) => ({ task_id: readWebhook(body).task_id + 1 }),
  },
})

export const webhookTargets: readonly AnyFuzzTarget[] = [jsonBody, signature, payload]
