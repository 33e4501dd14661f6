import { describe, expect, it } from 'vitest'
import { AnswerValidation, type GivenAnswer } from './answer-validation.ts'
import { checkedFetch } from './checked-fetch.ts'
import { CheckedFetchEverywhere } from './checked-fetch-everywhere.ts'

const record = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    created_at: { type: 'string', format: 'date-time' },
    config: {
      type: 'object',
      additionalProperties: {},
    },
  },
  required: ['id'],
}
const error = {
  type: 'object',
  properties: {
    code: { type: 'integer' },
    error: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
  },
  required: ['code', 'error'],
}
const list = (name: string) => ({
  type: 'object',
  properties: { [name]: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } },
  required: [name],
})

const document = {
  paths: {
    '/things': {
      get: {
        operationId: 'thingsList',
        responses: {
          200: { content: { 'application/json': { schema: { oneOf: [list('things'), list('items')] } } } },
        },
      },
    },
    '/things/{id}': {
      get: {
        operationId: 'thingsGet',
        parameters: [{ name: 'id' }],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
          404: { $ref: '#/components/responses/NOT_FOUND' },
        },
      },
    },
    '/things/export': {
      get: {
        operationId: 'thingsExport',
        responses: {
          200: {
            content: {
              'application/x-ndjson': {
                schema: { type: 'string' },
                'x-item-schema': { $ref: '#/components/schemas/Thing' },
              },
            },
          },
        },
      },
    },
    '/names/{name}': {
      delete: {
        operationId: 'namesDelete',
        parameters: [{ name: 'name', 'x-may-hold-slashes': true }],
        responses: { 200: { content: { 'text/plain': { schema: { type: 'string' } } } }, 304: {} },
      },
    },
  },
  components: {
    schemas: { Thing: record, Error: error },
    responses: {
      NOT_FOUND: {
        content: {
          'application/json': {
            schema: {
              $ref: '#/components/schemas/Error',
              properties: { code: { const: 404 }, error: { properties: { code: { enum: ['NOT_FOUND'] } } } },
            },
          },
        },
      },
    },
  },
}

const validation = new AnswerValidation(document)
const check =
  (request: string, answer: Partial<GivenAnswer> & { readonly json?: unknown } = {}) =>
  () => {
    const [method = '', path = ''] = request.split(' ')
    const { json, ...rest } = answer
    validation.check({
      method,
      path,
      status: 200,
      type: 'application/json; charset=utf-8',
      ...(json !== undefined && { text: JSON.stringify(json) }),
      ...rest,
    })
  }

describe('an answer that is as described passes', () => {
  it.each<[string, string, Parameters<typeof check>[1]]>([
    ['a record', 'GET /things/1', { json: { id: 1 } }],
    ['whatever an open object holds', 'GET /things/1', { json: { id: 1, config: { any: ['thing'] } } }],
    ['either shape of a list', 'GET /things?page=1', { json: { items: [{ id: 1 }] } }],
    ['lines', 'GET /things/export', { type: 'application/x-ndjson', text: '{"id":1}\n{"id":2}\n' }],
    ['an error', 'GET /things/1', { status: 404, json: { code: 404, error: { code: 'NOT_FOUND' } } }],
    ['a name with slashes', 'DELETE /names/a/b%20c', { type: 'text/plain', text: 'gone' }],
    ['an answer without a body', 'DELETE /names/a', { status: 304, type: null, text: '' }],
    ['a HEAD, by its GET', 'HEAD /things/1', { text: '' }],
    ['nothing where nothing is', 'GET /nothing', { status: 404, json: { code: 404, error: { code: 'X' } } }],
    ['another method', 'PUT /things', { status: 405, json: { code: 405, error: { code: 'X' } } }],
    ['a browser’s question', 'OPTIONS /things', { status: 204, type: null, text: '' }],
  ])('%s', (_, request, answer) => {
    expect(check(request, answer)).not.toThrow()
  })
})

describe('an answer that is not throws, naming the operation and the request', () => {
  it.each<[string, string, Parameters<typeof check>[1], RegExp]>([
    [
      'a field that is not described',
      'GET /things/1',
      { json: { id: 1, sealed: 'canary' } },
      /thingsGet.*sealed/,
    ],
    ['one in an item of a list', 'GET /things', { json: { things: [{ id: 1, sealed: 1 }] } }, /thingsList/],
    ['a field beside the list', 'GET /things', { json: { things: [], items: [] } }, /thingsList/],
    ['a missing field', 'GET /things/1', { json: {} }, /required property 'id'/],
    ['a field of another kind', 'GET /things/1', { json: { id: '1' } }, /\/id must be integer/],
    ['a time that is none', 'GET /things/1', { json: { id: 1, created_at: 'now' } }, /date-time/],
    [
      'a status that is not described',
      'GET /things/1',
      { status: 409, json: {} },
      /the status is not described/,
    ],
    ['another media type', 'GET /things/1', { type: 'text/html', text: '' }, /text\/html is not described/],
    ['no media type', 'GET /things/1', { type: null, text: '' }, /\(none\) is not described/],
    ['what is no JSON', 'GET /things/1', { text: '<html>' }, /no JSON/],
    [
      'an error code that is not described',
      'GET /things/1',
      { status: 404, json: { code: 404, error: { code: 'OTHER' } } },
      /one of the allowed values/,
    ],
    [
      'an error with more',
      'GET /things/1',
      { status: 404, json: { code: 404, error: { code: 'NOT_FOUND', stack: '' } } },
      /stack/,
    ],
    [
      'a wrong line',
      'GET /things/export',
      { type: 'application/x-ndjson', text: '{"id":1}\n{}\n' },
      /thingsExport/,
    ],
    ['a body where none is described', 'DELETE /names/a', { status: 304, text: 'x' }, /nothing is described/],
    ['a success where nothing is', 'GET /nothing', { json: {} }, /GET \/nothing answered 200/],
    ['an error there that is no envelope', 'GET /nothing', { status: 404, json: { message: 'no' } }, /code/],
  ])('%s', (_, request, answer, message) => {
    expect(check(request, answer)).toThrow(message)
  })

  it('without repeating a value that may be a secret', () => {
    expect(check('GET /things/1', { json: { id: 'canary' } })).toThrow(/^((?!canary).)*$/s)
  })
})

describe('a checked fetch', () => {
  const answering = (body: object) => checkedFetch(async () => Response.json(body))
  const url = 'http://localhost/api/v1/system/version'
  const version = { version: 'v1', build_time: 'unknown', git_commit: 'unknown' }

  it('hands an answer on that is as the API is described', async () => {
    const { end, fetch } = answering({ code: 0, message: 'success', data: version })
    expect(await (await fetch(url)).json()).toMatchObject({ data: version })
    expect(end).not.toThrow()
  })

  it('fails for one that is not, and says so at the end, whoever took the failure for another', async () => {
    const { end, fetch } = answering({ code: 0, message: 'success', data: { ...version, token: 'x' } })
    await expect(fetch(url)).rejects.toThrow(/systemVersion.*token/)
    expect(end).toThrow(/systemVersion.*token/)
  })
})

describe('a fetch that is checked everywhere', () => {
  /** What a gitferry sends with every answer. */
  const known = {
    'x-request-id': '1',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  }
  const answering = (body: BodyInit | null, headers: Record<string, string>) =>
    new CheckedFetchEverywhere(async () => new Response(body, { headers: { ...known, ...headers } }))
  const json = { 'content-type': 'application/json' }
  const lines = { 'content-type': 'application/x-ndjson' }
  const wrong = '{"code":0,"message":"success","data":{"token":"x"}}'
  const base = 'http://localhost'

  it('hands every answer on, and says at the end which was not as described, once', async () => {
    const everywhere = answering(wrong, json)
    expect(await (await everywhere.fetch(`${base}/api/v1/system/version`)).text()).toBe(wrong)
    await expect(everywhere.end()).rejects.toThrow(/systemVersion.*token/)
    await everywhere.end()
  })

  it('says so too of an answer that nobody has read', async () => {
    const everywhere = answering(wrong, json)
    await everywhere.fetch(new Request(`${base}/api/v1/repos`, { method: 'POST', body: '{}' }))
    await expect(everywhere.end()).rejects.toThrow(/reposRegister.*POST \/api\/v1\/repos /)
  })

  it('checks lines that were read to their end', async () => {
    const everywhere = answering('{"id":1}\n', lines)
    expect(await (await everywhere.fetch(`${base}/api/v1/audit/export`)).text()).toBe('{"id":1}\n')
    await expect(everywhere.end()).rejects.toThrow(/auditExport.*required property/)
  })

  it('lets go of lines and of events with the caller', async () => {
    for (const [path, type] of [
      ['/api/v1/audit/export', 'application/x-ndjson'],
      ['/api/v1/events', 'text/event-stream'],
    ] as const) {
      const left = Promise.withResolvers<void>()
      const body = new ReadableStream({ cancel: () => left.resolve() })
      const everywhere = answering(body, { 'content-type': type })
      await (await everywhere.fetch(`${base}${path}`)).body?.cancel()
      await left.promise
      await everywhere.end()
    }
  })

  it('checks the head of a stream that goes on', async () => {
    const everywhere = answering(new ReadableStream(), { 'content-type': 'text/event-stream' })
    await everywhere.fetch(`${base}/api/v1/repos`)
    await expect(everywhere.end()).rejects.toThrow(/reposList.*text\/event-stream is not described/)
  })

  it('lets alone whoever is no gitferry', async () => {
    for (const missing of Object.keys(known)) {
      const headers = Object.fromEntries(
        Object.entries({ ...known, ...json }).filter(([name]) => name !== missing),
      )
      const everywhere = new CheckedFetchEverywhere(async () => new Response(wrong, { headers }))
      await everywhere.fetch(`${base}/api/v1/system/version`)
      await everywhere.end()
    }
  })
})
