import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommitFilter } from '../../../src/git/commands/log-commits.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { listCommits } from '../../../src/git/content/list-commits.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
beforeAll(async () => {
  world = new ContentWorld()
  source = await world.open()
})
afterAll(() => world[Symbol.dispose]())

const list = (
  query: CommitFilter & { readonly ref?: string } = {},
  page = 1,
  page_size = 100,
  from = source,
) => listCommits(from, query, { page, page_size }, undefined)

const oids = async (query: CommitFilter & { readonly ref?: string }) => {
  const { items, total } = await list({ ref: 'main', ...query })
  expect(total).toBe(items.length)
  return items.map(({ oid }) => oid)
}

const plain = (...args: string[]) =>
  world
    .git('log', '--format=%H', ...args)
    .split('\n')
    .filter((oid) => oid !== '')

describe('the commits of a revision', () => {
  it('are those of git log, in its order, each as it is stored', async () => {
    for (const ref of ['main', 'feature/x', 'vv', 'ü/🎉', world.oid('main').slice(0, 8)]) {
      const { items, total } = await list({ ref })
      expect(items.map(({ oid }) => oid)).toEqual(plain(ref))
      expect(total).toBe(Number(world.git('rev-list', '--count', ref)))
      for (const { oid, parents, message } of items) {
        expect(parents).toEqual(world.git('log', '-1', '--format=%P', oid).split(' ').filter(Boolean))
        expect(message).toBe(world.git('log', '-1', '--format=%B', oid))
      }
    }
  })

  it('tell names, addresses and times, the times in UTC', async () => {
    const { items } = await list({ ref: 'main' })
    expect(items.at(-1)).toEqual({
      oid: world.oid('main~2^'),
      parents: [],
      message: 'Begin\n\nwith a body',
      author_name: 'Ana Author',
      author_email: 'ana@example.com',
      authored_at: '2023-11-14T22:14:10Z',
      committer_name: 'Carl',
      committer_email: 'carl@example.com',
      committed_at: '2023-11-14T22:15:00Z',
    })
    expect(items.find(({ message }) => message === 'Grüße')).toMatchObject({ author_name: 'Bob Böck' })
    expect(items[0]).toMatchObject({ message: '', parents: [world.oid('main^')] })
    expect(items[1]?.parents).toHaveLength(2)
  })

  it('come page by page', async () => {
    const all = plain('main')
    expect(await list({ ref: 'main' }, 2, 2)).toMatchObject({
      items: all.slice(2, 4).map((oid) => ({ oid })),
      total: all.length,
      page: 2,
      page_size: 2,
    })
    expect(await list({ ref: 'main' }, 2 ** 31 - 1, 100)).toMatchObject({ items: [], total: all.length })
  })

  it('are those that changed a path, as git simplifies history', async () => {
    for (const path of [
      'dir',
      'dir/z',
      'side.txt',
      'dir/inner/deep.txt',
      'sub',
      '-dash',
      ':(glob)**',
      'nope',
    ]) {
      expect(await oids({ path })).toEqual(plain('main', '--', path))
    }
    expect(await oids({ path: '' })).toEqual(plain('main'))
    await expect(oids({ path: '../x' })).rejects.toMatchObject({ code: 'PATH_INVALID' })
  })

  it('are those of an author, by a part of name or address as it stands', async () => {
    const bobs = plain('main', '--author=BOB')
    expect(bobs).toHaveLength(1)
    for (const author of ['BOB', 'bob', 'böck', '@example.org', 'Bob Böck <b']) {
      expect(await oids({ author })).toEqual(bobs)
    }
    expect(await oids({ author: 'Carl' })).toEqual([])
    expect(await oids({ author: '.' })).toEqual(plain('main'))
    expect(await oids({ author: 'B.b' })).toEqual([])
    expect(await oids({ author: '--all' })).toEqual([])
    expect(await oids({ author: '' })).toEqual(plain('main'))
  })

  it('are those whose message holds a text as it stands', async () => {
    for (const message of ['[a+b]*', 'on the SIDE', 'Grüße', 'with a body', 'x.y', '^Begin', '-x']) {
      expect(await oids({ message })).toEqual(plain('main', '-F', '-i', `--grep=${message}`))
    }
    expect(await oids({ message: '[a+b]*' })).toHaveLength(1)
    expect(await oids({ message: 'Gr', author: 'Ana' })).toEqual([])
  })

  it('are those of a time, both ends counted', async () => {
    const [at, before] = ['2023-11-14T22:16:40.000Z', '2023-11-14T22:16:39.500Z']
    expect(await oids({ since: at })).toEqual(plain('main', '--since=@1700000200 +0000'))
    expect(await oids({ since: at })).toHaveLength(4)
    expect(await oids({ until: at })).toEqual(plain('main', '--until=@1700000200 +0000'))
    expect(await oids({ until: before })).toHaveLength(1)
    expect(await oids({ since: before, until: at })).toEqual([world.oid('v1^{commit}')])
    expect(await oids({ since: '2100-01-01T00:00:00.000Z' })).toEqual([])
    expect(await oids({ since: '0001-01-01T00:00:00.000Z' })).toEqual(plain('main'))
    expect(await oids({ until: '0001-01-01T00:00:00.000Z' })).toEqual([])
  })

  it.each(['author', 'message'])('take no control characters for %s', async (field) => {
    for (const value of ['a\nb', 'a\0', 'a\ud800']) {
      await expect(list({ [field]: value })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { field },
      })
    }
  })
})

describe('a commit that is not as it should be', () => {
  const commits = async (...texts: (string | Buffer)[]) => {
    let parent = ''
    for (const text of texts) {
      const head = `tree ${world.oid('main^{tree}')}\n${parent === '' ? '' : `parent ${parent}\n`}`
      parent = world.store('commit', Buffer.concat([Buffer.from(head), Buffer.from(text as string)]))
    }
    world.git('update-ref', 'refs/heads/strange', parent)
    return (await list({ ref: 'strange' })).items
  }

  it('is told with null for a time that cannot be read', async () => {
    const [far, none, past] = await commits(
      'author a <a> 0 +0000\ncommitter c <c> 1 +0000\n\nm',
      'author a <a>\ncommitter c <c> x +0000\n\nm',
      'author a <a> 999999999999 +0000\ncommitter c <c> 99999999999999999999 +0000\n\nm',
    )
    expect([far?.authored_at, far?.committed_at]).toEqual(['+033658-09-27T01:46:39Z', null])
    expect([none?.authored_at, none?.committed_at]).toEqual([null, null])
    expect([past?.authored_at, past?.committed_at]).toEqual(['1970-01-01T00:00:00Z', '1970-01-01T00:00:01Z'])
  })

  it('is told also without an author, with bytes that are no text, and in an encoding that nobody knows', async () => {
    const [nobody, bytes, unknown] = await commits(
      'author a <a> 1 +0000\ncommitter c <c> 1 +0000\nencoding x-none\n\nm\xfc',
      Buffer.from('author \xff\xfe <\xff> 1 +0000\ncommitter c <c> 1 +0000\n\n\xff', 'latin1'),
      '\nno header at all\n',
    )
    expect(unknown?.message).toBe('mü')
    expect(bytes).toMatchObject({ author_name: '\ufffd\ufffd', message: '\ufffd' })
    expect(nobody).toMatchObject({ author_name: '', authored_at: null, message: 'no header at all' })
  })

  it('is told with the beginning of a message that is too long, and so are the others beside it', async () => {
    const signature = 'author a <a> 1 +0000\ncommitter c <c> 1 +0000\n\n'
    const [second, first] = await commits(
      signature + '🎉'.repeat(100_000),
      `${signature}x${'🎉'.repeat(2_200_000)}`,
    )
    expect(first?.message).toBe('🎉'.repeat(32_768))
    expect(second?.message).toBe(`x${'🎉'.repeat(32_767)}`)
  })
})

describe('an empty repository', () => {
  it('has no commits, and no branch that could be asked for', async () => {
    const path = `${world.box.root}/empty.git`
    world.box.run(world.box.root, 'init', '--quiet', '--bare', path)
    const empty = await world.open(path)
    expect(await list({}, 1, 20, empty)).toEqual({ items: [], total: 0, page: 1, page_size: 20 })
    await expect(list({ ref: 'main' }, 1, 20, empty)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
  })
})
