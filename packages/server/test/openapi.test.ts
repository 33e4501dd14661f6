import { readFileSync } from 'node:fs'
import { type Operation, operationGroups, operations } from '@gitferry/core/contract'
import {
  type Endpoint,
  type EndpointName,
  type EndpointRight,
  endpointRights,
  endpoints,
} from '@gitferry/core/wire'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { apiDocument, apiDocumentText } from '../src/openapi/document.ts'
import { type PageAddress, pageAddresses } from '../src/pages/addresses.ts'
import { serveApp } from './served-app.ts'

interface OperationObject {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly 'x-scope'?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: object
  }[]
  readonly requestBody?: object
  readonly responses: Readonly<
    Record<
      string,
      { readonly $ref?: string; readonly content: Readonly<Record<string, { readonly examples?: object }>> }
    >
  >
}

const document = JSON.parse(apiDocumentText()) as {
  readonly openapi: string
  readonly info: { readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Record<string, unknown>>>
    readonly responses: Readonly<Record<string, object>>
    readonly securitySchemes: object
  }
}

const described = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const operationOf = (method: string, path: string) => document.paths[path]![method.toLowerCase()]!

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(apiDocument()))
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  it('is the one that is checked in', () => {
    const file = new URL('../../../openapi.json', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(apiDocumentText())
  })

  it('is the same each time that it is made', () => {
    expect(apiDocumentText()).toBe(apiDocumentText())
  })

  it('describes every endpoint and every page, and nothing else', () => {
    const addresses = Object.values<Endpoint>({ ...endpoints, ...pageAddresses })
    expect(described.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      addresses.map(({ method, path }) => `${method} ${path.replace('{+', '{')}`).sort(),
    )
  })

  it('names each operation once, after its method', () => {
    const ids = described.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operationOf('POST', '/api/v1/sync/tasks').operationId).toBe('syncTasksCreate')
    expect(operationOf('POST', '/api/v1/repos/{id}/remotes/{name}/test').operationId).toBe('reposRemotesTest')
  })

  it('has an example of every success, and of every body', () => {
    for (const { operation } of described) {
      const { requestBody, responses } = operation as OperationObject & { requestBody?: { content: object } }
      const contents = Object.entries(responses)
        .filter(([status]) => status === '200')
        .flatMap(([, { content }]) => Object.entries(content))
      expect(contents.length, operation.operationId).toBeGreaterThan(0)
      for (const [type, media] of [...contents, ...Object.entries(requestBody?.content ?? {})]) {
        const { example, examples = {} } = media as { example?: unknown; examples?: object }
        const count = Object.keys(examples).length + (example === undefined ? 0 : 1)
        expect(count, `${operation.operationId} ${type}`).toBeGreaterThan(0)
      }
    }
  })

  it('tells where the files of the docs page are, each of which is there', async () => {
    const app = await serveApp()
    const { content } = operationOf('GET', '/api/docs/{file}').responses['200']!
    const addresses = Object.entries(content).flatMap(([type, { examples }]) =>
      Object.values((examples ?? {}) as Record<string, { externalValue: string }>).map(
        ({ externalValue }) => [type, externalValue] as const,
      ),
    )
    expect(addresses).toHaveLength(4)
    for (const [type, address] of addresses) {
      const { pathname } = new URL(address, 'http://localhost/api/openapi.json')
      const { headers, status } = await app.send(`GET ${pathname}`)
      expect([status, headers['content-type']?.split(';')[0]], pathname).toEqual([200, type])
    }
  })

  it('says that a webhook does not start an idle task', () => {
    const { description, responses } = operationOf('POST', '/api/webhooks/task-sync')
    expect(description).toMatch(/disabled or paused .*409/)
    expect(responses['409']).toBeDefined()
  })

  it('puts each endpoint into one group, which is its tag', () => {
    const names = operationGroups.flatMap(({ operations }) => Object.keys(operations))
    expect(names.sort()).toEqual(Object.keys(endpoints).sort())
    const tags = document.tags.map(({ name }) => name)
    for (const { operation } of described) expect(tags).toContain(operation.tags[0])
  })

  it('has every placeholder of a path as a required parameter', () => {
    for (const { path, operation } of described) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(parameters.map(({ name }) => name)).toEqual(names)
      expect(parameters.every(({ required }) => required)).toBe(true)
    }
  })

  it('says which path parameters hold slashes', () => {
    const [, branch] = operationOf('DELETE', '/api/v1/repos/{id}/branches/{branch}').parameters!
    expect(branch).toMatchObject({ name: 'branch', 'x-may-hold-slashes': true, schema: { type: 'string' } })
  })

  it('shows both shapes of a documented list, and one of the others', () => {
    const dataOf = (path: string) =>
      operationOf('GET', path).responses['200']!.content['application/json'] as {
        schema: { properties: { data: Record<string, unknown> } }
      }
    expect(dataOf('/api/v1/repos').schema.properties.data.oneOf).toMatchObject([
      { required: ['repos', 'total'] },
      { required: ['items', 'total', 'page', 'page_size'] },
    ])
    expect(dataOf('/api/v1/sync/runs').schema.properties.data).toMatchObject({
      required: ['items', 'total', 'page', 'page_size'],
    })
  })

  it('enumerates the codes of each error status, with an example', () => {
    const { responses } = operationOf('POST', '/api/v1/repos')
    expect(responses['409']).toEqual({ $ref: '#/components/responses/CONFLICT.REPO_EXISTS' })
    expect(document.components.responses['CONFLICT.REPO_EXISTS']).toMatchObject({
      content: {
        'application/json': {
          schema: {
            properties: {
              code: { const: 409 },
              error: { properties: { code: { enum: ['CONFLICT', 'REPO_EXISTS'] } } },
            },
          },
          example: { code: 409, data: null, error: { code: 'CONFLICT' } },
        },
      },
    })
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '499',
      '500',
      '503',
      '504',
    ])
  })

  it('asks for no credential where none is needed', () => {
    const open = described.filter(({ operation }) => operation.security?.length === 0)
    expect(open.map(({ path }) => path).sort()).toEqual([
      '/api/health',
      '/api/webhooks/task-sync',
      '/healthz',
      '/readyz',
    ])
  })

  it('tells of every other one which scope it needs, for programs and for people', () => {
    const rights = new Map<string, EndpointRight>(
      [
        ...Object.entries<Endpoint>(endpoints).map(
          ([name, { method, path }]) => [method, path, endpointRights[name as EndpointName]] as const,
        ),
        ...Object.values<PageAddress>(pageAddresses).map(
          ({ method, path, right }) => [method, path, right] as const,
        ),
      ].map(([method, path, right]) => [`${method} ${path.replace('{+', '{')}`, right]),
    )
    for (const { method, path, operation } of described) {
      const { scope, within } = rights.get(`${method} ${path}`)!
      const { description = '', security } = operation
      const isOpen = scope === 'open'
      expect(operation['x-scope'], path).toBe(isOpen ? undefined : scope)
      expect(security, path).toEqual(isOpen ? [] : [{ bearer: [] }, { authToken: [] }])
      expect(description.includes(`Needs the scope \`${scope}\``), path).toBe(!isOpen)
      expect(description.includes('not restricted'), path).toBe(!within)
    }
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      authToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
    })
  })

  it('says how to come by a token', () => {
    expect(document.info.description).toContain('gitferry token create')
  })

  it('lets a later version add fields: no object is closed, but what gives rights, where a misspelt limit is refused', () => {
    const { schemas } = document.components
    const closed = Object.keys(schemas).filter((name) => schemas[name]?.additionalProperties === false)
    expect(closed.toSorted()).toEqual(['CreateAccessKey', 'CreateToken', 'CreateUser'])
    expect(apiDocumentText().match(/"additionalProperties": false/g)).toHaveLength(closed.length)
  })

  it('shows the other names of fields as deprecated ones', () => {
    expect(document.components.schemas.CreateBranch!.properties).toMatchObject({
      base_ref: { deprecated: true },
    })
  })

  it('names no host', () => {
    expect(document.servers).toEqual([{ url: '/' }])
  })

  it('is answered at /api/openapi.json', async () => {
    const app = await serveApp()
    const { status, headers, text } = await app.send('GET /api/openapi.json')
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(text).toBe(apiDocumentText())
  })

  it('is behind the same rule as the API', async () => {
    const app = await serveApp({ clientAddress: () => '203.0.113.7' })
    for (const path of ['/api/openapi.json', '/api/docs', '/api/docs/swagger-ui.css', '/metrics']) {
      expect((await app.send(`GET ${path}`)).status, path).toBe(401)
    }
  })
})

describe('the examples', () => {
  const all = Object.entries(operations) as [EndpointName, Operation][]

  it.each(all.filter(([, { body }]) => body !== undefined))(
    'of what %s is sent fits its schema',
    (_, { body }) => {
      expect(body!.schema.safeParse(body!.example).error).toBeUndefined()
    },
  )

  it.each(all.filter(([, { answer }]) => 'schema' in answer))(
    'of what %s answers fits its schema',
    (_, { answer }) => {
      if (!('schema' in answer)) throw new Error('no JSON')
      expect(answer.schema.safeParse(answer.example).error).toBeUndefined()
      // zod leaves out what it does not know, so nothing may have been left out
      expect(answer.schema.parse(answer.example)).toEqual(answer.example)
    },
  )
})
