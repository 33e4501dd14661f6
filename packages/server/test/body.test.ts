import { describe, expect, it } from 'vitest'
import { type Sent, serveApp } from './served-app.ts'

const json = { 'Content-Type': 'application/json' }
const text = (body: string, headers: Sent['headers'] = json): Sent => ({ body, headers })
const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

describe('a body that is refused', () => {
  const table: readonly (readonly [what: string, sent: Sent, status: number, code: string])[] = [
    ['none', {}, 400, 'INVALID_INPUT'],
    ['none, with a type', { headers: json }, 400, 'INVALID_INPUT'],
    ['an empty one', text(''), 400, 'INVALID_INPUT'],
    ['one that is not JSON', text('{"name":'), 400, 'INVALID_INPUT'],
    ['a trailing comma', text('{"name":"x",}'), 400, 'INVALID_INPUT'],
    ['NaN', text('{"name":NaN}'), 400, 'INVALID_INPUT'],
    ['a list', text('[]'), 400, 'INVALID_INPUT'],
    ['null', text('null'), 400, 'INVALID_INPUT'],
    ['a text', text('"name"'), 400, 'INVALID_INPUT'],
    ['a byte order mark', text('\ufeff{}'), 400, 'INVALID_INPUT'],
    [
      'bytes that are not UTF-8',
      { body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), headers: json },
      400,
      'INVALID_INPUT',
    ],
    ['a field twice', text('{"name":"x","name":"y"}'), 400, 'INVALID_INPUT'],
    ['a field twice, escaped', text('{"name":"x","n\\u0061me":"y"}'), 400, 'INVALID_INPUT'],
    ['a field twice, further in', text('{"a":[{"b":1,"b":2}]}'), 400, 'INVALID_INPUT'],
    ['101 levels', text(nested(101)), 400, 'INVALID_INPUT'],
    ['200,000 levels', text(nested(200_000)), 400, 'INVALID_INPUT'],
    ['no type', text('{"name":"x"}', {}), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['text/plain', text('{"name":"x"}', { 'Content-Type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a form',
      text('name=x', { 'Content-Type': 'application/x-www-form-urlencoded' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'another charset',
      text('{}', { 'Content-Type': 'application/json; charset=utf-16' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a type that only begins like it',
      text('{}', { 'Content-Type': 'application/jsonp' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'two types',
      text('{}', { 'Content-Type': 'application/json, text/plain' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a compressed one', text('{}', { ...json, 'Content-Encoding': 'gzip' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['one byte too many', text(`{"a":"${'x'.repeat(1019)}"}`), 413, 'PAYLOAD_TOO_LARGE'],
    [
      'one byte too many, chunked',
      { ...text(`{"a":"${'x'.repeat(1019)}"}`), chunked: true },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ]

  it.each(table)('%s', async (_, sent, status, code) => {
    const app = await serveApp({ bodyLimitBytes: status === 413 ? 1024 : 1024 * 1024 })
    const answer = await app.send('POST /api/v1/repos', sent)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({
      code: status,
      data: null,
      error: { code, details: { field: 'body' } },
    })
    expect(app.calls).toEqual([])
    expect(app.refused).toHaveLength(1)
    expect(app.refused[0]).toMatchObject({
      change: { type: 'create', object_type: 'repo', object_id: null },
      error: { code },
    })
  })

  it('is answered also while much more of it is still to come', async () => {
    const app = await serveApp()
    const body = new Uint8Array(3 * 1024 * 1024).fill(0x20)
    expect((await app.send('POST /api/v1/repos', { body, headers: json })).status).toBe(413)
    expect((await app.send('POST /api/v1/repos', { body, headers: json, chunked: true })).status).toBe(413)
  })
})

describe('a body that is taken', () => {
  it.each([['application/json'], ['application/json; charset=utf-8'], ['Application/JSON;charset="UTF-8"']])(
    'as %s',
    async (type) => {
      const app = await serveApp()
      await app.send('PUT /api/v1/repos/1', text('{"name":"größer"}', { 'Content-Type': type }))
      expect(app.calls[0]?.input).toEqual([1, { name: 'größer' }])
    },
  )

  it.each([
    ['just as large as allowed', `{"a":"${'x'.repeat(1016)}"}`],
    ['100 levels deep', nested(100)],
    ['brackets and quotes inside a text', '{"a":"{\\"[[{:","b":"\\\\"}'],
    ['one name in two objects', '{"a":{"b":1},"c":{"b":1},"b":[{"b":1},{"b":2}]}'],
  ])('%s', async (_, body) => {
    const app = await serveApp({ bodyLimitBytes: 1024 })
    expect((await app.send('PUT /api/v1/repos/1', text(body))).status).toBe(200)
    expect(app.calls[0]?.input[1]).toEqual(JSON.parse(body))
  })

  it('a text of a million letters is read in one go', async () => {
    const app = await serveApp()
    const body = JSON.stringify({ a: 'x\\"'.repeat(200_000) })
    expect((await app.send('PUT /api/v1/repos/1', text(body))).status).toBe(200)
  })

  it('never brings a prototype along, at any depth or under any spelling', async () => {
    const app = await serveApp()
    const body =
      '{"__proto__":{"a":1},"\\u005f_proto__":{"b":1},"c":{"constructor":{"prototype":{}},"d":[{"__proto__":1}]}}'
    // the first two are one field, given twice
    expect((await app.send('PUT /api/v1/repos/1', text(body))).status).toBe(400)
    await app.send('PUT /api/v1/repos/1', text(body.replace('"__proto__":{"a":1},', '')))
    const input = app.calls[0]?.input[1] as { c: { d: object[] } }
    expect(Reflect.ownKeys(input)).toEqual(['c'])
    expect(Reflect.ownKeys(input.c)).toEqual(['d'])
    expect(Reflect.ownKeys(input.c.d[0] ?? [])).toEqual([])
  })
})

describe('an action without fields', () => {
  it.each([
    ['none', {}],
    ['none, with a type', { headers: json }],
    ['an object', { body: { any: 1 } }],
    ['something that is not JSON', text('what', { 'Content-Type': 'text/plain' })],
  ] as const)('takes any body and reads none: %s', async (_, sent) => {
    const app = await serveApp()
    expect((await app.send('POST /api/v1/sync/tasks/1/run', sent)).status).toBe(200)
    expect((await app.send('POST /api/v1/sync/tasks/1/plan', sent)).status).toBe(200)
    expect((await app.send('DELETE /api/v1/repos/1', sent)).status).toBe(200)
  })
})
