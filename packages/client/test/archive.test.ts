import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { failure, scriptedServer, success } from './scripted-server.ts'

describe('an archive', () => {
  it('is asked for by its address, and its bytes come as they are', async () => {
    await using server = await scriptedServer([
      { headers: { 'content-type': 'application/gzip' }, body: 'an archive' },
    ])
    const { content } = createClient({ baseUrl: server.baseUrl })
    const archive = await content.archive(3, { ref: 'a/b', format: 'tar.gz' })
    expect(await new Response(archive).text()).toBe('an archive')
    expect(server.received.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/api/v1/repos/3/archive?ref=a%2Fb&format=tar.gz'],
    ])
  })

  it('that is refused throws what the server said', async () => {
    await using server = await scriptedServer([failure(404, 'REVISION_NOT_FOUND')])
    const { content } = createClient({ baseUrl: server.baseUrl })
    await expect(content.archive(3)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND', status: 404 })
  })

  it('that comes as JSON is none', async () => {
    await using server = await scriptedServer([success({ id: 3 })])
    const { content } = createClient({ baseUrl: server.baseUrl })
    await expect(content.archive(3)).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' })
  })
})
