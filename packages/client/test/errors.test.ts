import { describe, expect, it } from 'vitest'
import { createClient, errorCodes, isGitferryError } from '../src/index.ts'
import { failure, scriptedServer, success } from './scripted-server.ts'

const thrown = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (answer) => expect.fail(`answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  )

describe('an error from the server', () => {
  it('is the same error here', async () => {
    await using server = await scriptedServer([failure(409, 'REPO_IN_USE', { tasks: ['nightly'] })])
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.delete(3))
    expect(isGitferryError(error, 'REPO_IN_USE')).toBe(true)
    expect(isGitferryError(error, 'REPO_EXISTS')).toBe(false)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      message: 'said the server: REPO_IN_USE',
      status: 409,
      retryable: false,
      details: { tasks: ['nightly'] },
      requestId: 'r-1',
    })
  })

  it.each(Object.keys(errorCodes) as (keyof typeof errorCodes)[])('%s keeps its code', async (code) => {
    await using server = await scriptedServer([failure(errorCodes[code].status, code)])
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.delete(3))
    const { status, retryable } = errorCodes[code]
    expect(error).toMatchObject({ code, status, retryable })
  })

  it('with a code of a newer server keeps message, status and code in reach', async () => {
    await using server = await scriptedServer([failure(418, 'TEAPOT', { spout: 1 })])
    expect(await thrown(createClient({ baseUrl: server.baseUrl }).repos.get(3))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      message: 'said the server: TEAPOT',
      details: { status: 418, code: 'TEAPOT', spout: 1 },
      requestId: 'r-1',
    })
  })
})

describe('an answer that is not gitferry’s', () => {
  const html = '<html>\n<head><title>502 Bad Gateway</title></head></html>'
  const asHtml = { headers: { 'content-type': 'text/html' } }
  it.each([
    ['a proxy’s page', { status: 502, body: html, ...asHtml }, '<html> <head><title>502 Bad Gateway'],
    ['a page in place of an answer', { status: 200, body: html, ...asHtml }, '<html> <head>'],
    ['an empty body', { status: 200, body: '' }, 'an empty body'],
    ['an empty error', { status: 500, body: '' }, 'an empty body'],
    ['cut-off JSON', { status: 200, body: '{"code":0,"data":' }, '{"code":0,"data":'],
    ['a cut-off error', { status: 500, body: '{"code":500,"mess' }, '{"code":500,"mess'],
    ['another JSON', { status: 200, body: { id: 1 } }, '{"id":1}'],
    ['an envelope without data', { status: 200, body: { code: 0 } }, '{"code":0}'],
    ['an array', { status: 200, body: [] }, '[]'],
    ['another service’s error', { status: 404, body: { code: 404, message: 'gone', data: null } }, 'gone'],
    ['a redirect', { status: 302, body: '', headers: { location: '/elsewhere' } }, 'a redirect'],
  ])('%s is UNEXPECTED_RESPONSE with its status and first words', async (_, answer, words) => {
    await using server = await scriptedServer([answer])
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.update(3, {}))
    expect(error).toMatchObject({ code: 'UNEXPECTED_RESPONSE', details: { status: answer.status } })
    expect((error as Error).message).toContain(words)
    expect((error as Error).message).toContain('PUT /api/v1/repos/{id}')
    expect(server.received).toHaveLength(1)
  })

  it('is quoted in at most 200 characters', async () => {
    await using server = await scriptedServer([{ status: 500, body: 'x'.repeat(100_000) }])
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.get(3))
    expect(error).toMatchObject({ details: { body: 'x'.repeat(200) } })
  })

  it('a redirect does not carry the token elsewhere', async () => {
    await using elsewhere = await scriptedServer([success({})])
    await using server = await scriptedServer([
      { status: 307, headers: { location: `${elsewhere.baseUrl}/api/v1/repos/3` } },
    ])
    const { repos } = createClient({ baseUrl: server.baseUrl, token: 'gf_secret' })
    expect(isGitferryError(await thrown(repos.get(3)), 'UNEXPECTED_RESPONSE')).toBe(true)
    expect(elsewhere.received).toHaveLength(0)
  })

  it('a page in place of a log, of health or of a list is refused too', async () => {
    await using server = await scriptedServer([{ status: 200, body: html, ...asHtml }])
    const client = createClient({ baseUrl: server.baseUrl })
    for (const call of [client.sync.runs.log(1), client.system.health(), client.repos.list()]) {
      expect(isGitferryError(await thrown(call), 'UNEXPECTED_RESPONSE')).toBe(true)
    }
  })

  it('data of another shape in place of a list is refused', async () => {
    await using server = await scriptedServer([success({ total: 1, tasks: [] })])
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.list())
    expect(isGitferryError(error, 'UNEXPECTED_RESPONSE')).toBe(true)
  })
})

describe('no answer', () => {
  it('a port where nothing listens is SERVER_UNREACHABLE with the reason as cause', async () => {
    const server = await scriptedServer([success({})])
    await server[Symbol.asyncDispose]()
    const error = await thrown(createClient({ baseUrl: server.baseUrl }).repos.update(3, {}))
    expect(error).toMatchObject({ code: 'SERVER_UNREACHABLE', status: 503, retryable: true })
    expect((error as Error).cause).toBeInstanceOf(Error)
    expect((error as Error).message).toContain('may have been done')
  })

  it.each(['headers', 'body'] as const)('a server that stops before its %s is cut off', async (stops) => {
    await using server = await scriptedServer([{ stops, body: 'text' }])
    const error = await thrown(createClient({ baseUrl: server.baseUrl, timeoutMs: 50 }).repos.get(3))
    expect(isGitferryError(error, 'SERVER_UNREACHABLE')).toBe(true)
    await server.brokenOff
    expect(server.received).toHaveLength(1)
  })

  it('what waits for git is not cut off by the client’s limit', async () => {
    const answers = Promise.withResolvers<Response>()
    const { sync, repos, branches, keys, notifications, audit } = createClient({
      baseUrl: 'http://host',
      timeoutMs: 1,
      fetch: () => answers.promise.then((response) => response.clone()),
    })
    const calls = [
      sync.tasks.plan(1),
      repos.register({ path: '/r' }),
      branches.checkout(1, { branch: 'main' }),
      repos.remotes.test(1, 'origin'),
      sync.runs.cancel(1),
      keys.test(1, { repo_url: 'git@host:a' }),
      notifications.channels.test(1),
      audit.verify(),
    ]
    // a call with the limit ends first, so the limit has passed
    expect(isGitferryError(await thrown(repos.get(1)), 'SERVER_UNREACHABLE')).toBe(true)
    answers.resolve(Response.json({ code: 0, message: 'success', data: { id: 1 } }))
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ id: 1 })))
  })
})
