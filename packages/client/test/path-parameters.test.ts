import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { scriptedServer, success } from './scripted-server.ts'

describe('a branch name in a path', () => {
  it.each([
    ['main', 'main'],
    ['feature/x', 'feature/x'],
    ['feature/a/b', 'feature/a/b'],
    ['ä ö', '%C3%A4%20%C3%B6'],
    ['100%', '100%25'],
    ['100%2Fx', '100%252Fx'],
    ['a#b?c', 'a%23b%3Fc'],
    ['a&b=c', 'a%26b%3Dc'],
    ['a\\b', 'a%5Cb'],
    ['a;touch$IFS(x)', 'a%3Btouch%24IFS(x)'],
    ['.../x', '.../x'],
    ['feature/😀', 'feature/%F0%9F%98%80'],
  ])('"%s" goes as %s and comes out the same', async (name, encoded) => {
    await using server = await scriptedServer([success({ name, deleted: true })])
    await createClient({ baseUrl: server.baseUrl }).branches.delete(3, name)
    const path = server.received[0]?.url.replace('/api/v1/repos/3/branches/', '') ?? ''
    expect(path).toBe(encoded)
    expect(path.split('/').map(decodeURIComponent).join('/')).toBe(name)
  })

  it.each(['', '.', '..', '../../2', 'a/../../../2', 'a//b', '/a', 'a/', './a', 'a/.', 'a\ud800'])(
    '"%s" is refused here, because a URL parser would turn it into another address',
    async (name) => {
      await using server = await scriptedServer([success({})])
      const { branches } = createClient({ baseUrl: server.baseUrl })
      await expect(branches.delete(3, name)).rejects.toMatchObject({
        code: 'REF_INVALID',
        details: { field: 'branch' },
      })
      expect(server.received).toHaveLength(0)
    },
  )
})

describe('the name of a tag or a remote in a path', () => {
  it('of a tag keeps its slashes, of a remote it is one segment', async () => {
    await using server = await scriptedServer([success({})])
    const { tags, repos } = createClient({ baseUrl: server.baseUrl })
    await tags.get(3, 'release/v1 ü')
    await repos.remotes.test(3, 'a/b')
    expect(server.received.map(({ url }) => url)).toEqual([
      '/api/v1/repos/3/tags/release/v1%20%C3%BC',
      '/api/v1/repos/3/remotes/a%2Fb/test',
    ])
  })

  it.each(['', '.', '..', '../../../2', 'a//b'])('is refused here when it is "%s"', async (name) => {
    await using server = await scriptedServer([success({})])
    const { tags, repos } = createClient({ baseUrl: server.baseUrl })
    await expect(tags.delete(3, name)).rejects.toMatchObject({
      code: 'REF_INVALID',
      details: { field: 'tag' },
    })
    if (!name.includes('/')) {
      await expect(repos.remotes.delete(3, name)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { field: 'name' },
      })
    }
    expect(server.received).toHaveLength(0)
  })
})

describe('an id in a path', () => {
  it.each([
    [0, '0'],
    [-1, '-1'],
    [1.5, '1.5'],
    [2 ** 53, '9007199254740992'],
    [Number.NaN, 'NaN'],
    ['abc', 'abc'],
    ['1/branches', '1%2Fbranches'],
  ])('%s is one segment, for the server to refuse', async (id, encoded) => {
    await using server = await scriptedServer([success({})])
    await createClient({ baseUrl: server.baseUrl }).repos.get(id as number)
    expect(server.received[0]?.url).toBe(`/api/v1/repos/${encoded}`)
  })

  it.each(['', '.', '..'])('"%s" is refused here', async (id) => {
    await using server = await scriptedServer([success({})])
    const { repos } = createClient({ baseUrl: server.baseUrl })
    await expect(repos.delete(id as unknown as number)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'id' },
    })
    expect(server.received).toHaveLength(0)
  })
})
