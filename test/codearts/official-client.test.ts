import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { officialClient } from './official-client.ts'

interface Seen {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const seen: Seen[] = []
const answers: Record<string, { readonly status: number; readonly type?: string; readonly body: string }> = {
  '/v1/good': { status: 200, body: '{"result":{"id":1},"status":"success"}' },
  '/v1/refused': {
    status: 401,
    body: '{"error":{"code":"CH.080401","message":"No Permission"},"status":"failed"}',
  },
  '/v1/gate': { status: 401, body: '{"error_code":"APIG.0301","error_msg":"no","request_id":"r-1"}' },
  '/v1/broken': {
    status: 500,
    body: '{"error":{"code":"CH.000001","message":"Unknown error"},"status":"failed"}',
  },
  '/v1/zip': { status: 200, type: 'application/zip', body: 'PK' },
}
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { headers, method, url = '' } = request
  seen.push({ line: `${method} ${url}`, headers, body })
  const { body: answer, status, type } = answers[url.split('?')[0]!] ?? answers['/v1/good']!
  response.writeHead(status, { 'Content-Type': type ?? 'application/json', 'X-Request-Id': 'r-1' })
  response.end(answer)
})
let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const accessKey = { access_key_id: 'AK', secret_access_key: 'SK' }

describe('the official client', () => {
  it('signs what it sends, with the headers that the SDK sends', async () => {
    const client = officialClient({ endpoint, accessKey })
    const queryParams = { path: 'a b/中', list: [3, 1] }
    const answer = await client.send({
      method: 'PUT',
      url: '/v2/{id}/branch/{branch}/protect',
      pathParams: { id: 7, branch: 'feature/grün' },
      queryParams,
      data: { name: 'x' },
    })
    expect(answer).toMatchObject({
      status: 200,
      body: { result: { id: 1 }, status: 'success' },
      headers: { 'x-request-id': 'r-1' },
    })
    expect(answer.body).not.toHaveProperty('httpStatusCode')
    expect(answer.exception).toBeUndefined()
    expect(seen.at(-1)).toEqual({
      line: 'PUT /v2/7/branch/feature/gr%C3%BCn/protect?path=a%20b%2F%E4%B8%AD&list=1&list=3',
      headers: expect.objectContaining({
        accept: 'application/json',
        'content-type': 'application/json',
        'x-project-id': '0'.repeat(32),
        'x-sdk-date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
        host: endpoint.slice('http://'.length),
        connection: 'close',
        authorization: expect.stringMatching(
          /^SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=[0-9a-f]{64}$/,
        ),
      }),
      body: '{"name":"x"}',
    })
    expect(seen.at(-1)?.headers).not.toHaveProperty('x-auth-token')
    expect(queryParams.list).toEqual([3, 1])
  })

  it('sends a token alone, or beside a signature that is not over it', async () => {
    await officialClient({ endpoint, token: 'secret' }).send({ method: 'GET', url: '/v1/good' })
    expect(seen.at(-1)?.headers).toMatchObject({
      'x-auth-token': 'secret',
      'content-type': 'application/json',
    })
    expect(seen.at(-1)?.headers).not.toHaveProperty('authorization')
    await officialClient({ endpoint, token: 'secret', accessKey }).send({ method: 'GET', url: '/v1/good' })
    const { authorization, 'x-auth-token': token } = seen.at(-1)!.headers
    expect(token).toBe('secret')
    expect(authorization).toContain('SignedHeaders=content-type;host;x-project-id;x-sdk-date,')
  })

  it.each([
    ['/v1/refused', 'ClientRequestException', 401, 'CH.080401', 'No Permission'],
    ['/v1/gate', 'ClientRequestException', 401, 'APIG.0301', 'no'],
    ['/v1/broken', 'ServerResponseException', 500, 'CH.000001', 'Unknown error'],
  ])(
    'answers the exception and the body of a failure: %s',
    async (url, name, status, errorCode, errorMsg) => {
      const answer = await officialClient({ endpoint, accessKey }).send({ method: 'GET', url })
      const exception = { name, httpStatusCode: status, errorCode, errorMsg, requestId: 'r-1' }
      expect(answer).toMatchObject({ status, exception, body: JSON.parse(answers[url]!.body) })
    },
  )

  it('answers a stream of what is no text', async () => {
    const request = { method: 'GET', url: '/v1/zip', responseType: 'stream' } as const
    const { body, status } = await officialClient({ endpoint, accessKey }).send(request)
    expect(status).toBe(200)
    let text = ''
    for await (const chunk of body as AsyncIterable<Buffer>) text += chunk.toString()
    expect(text).toBe('PK')
  })

  it('rejects where nothing answers', async () => {
    const nobody = officialClient({ endpoint: 'http://127.0.0.1:1', accessKey })
    await expect(nobody.send({ method: 'GET', url: '/v1/good' })).rejects.toThrow('ECONNREFUSED')
  })

  it('prints nothing, not even of a failure', async () => {
    const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
    try {
      await officialClient({ endpoint, accessKey }).send({ method: 'GET', url: '/v1/broken' })
      expect(printed.flatMap((each) => each.mock.calls.map(([text]) => text))).toEqual([])
    } finally {
      for (const each of printed) each.mockRestore()
    }
  })
})
