import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ByteCache } from '../../../src/git/content/byte-cache.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { type DirectoryInput, listDirectory } from '../../../src/git/content/list-directory.ts'
import { StoreMaintenance } from '../../../src/git/store-maintenance.ts'
import { silentLogger } from '../../../src/ports/logger.ts'
import { hostileValues } from '../../contract/hostile-values.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
beforeAll(async () => {
  world = new ContentWorld()
  source = await world.open()
})
afterAll(() => world[Symbol.dispose]())

const list = (input: Partial<DirectoryInput> = {}, cache = world.cache, from = source) =>
  listDirectory(
    from,
    { path: '', lastCommits: false, page: 1, page_size: 10_000, ...input },
    { cache, signal: undefined },
  )

/** What `git ls-tree` says, in our order. */
function plain(ref: string, path = '') {
  const listed = world.bytes('ls-tree', '-z', '-l', path === '' ? ref : `${ref}:${path}`)
  const entries = listed
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .map((line) => {
      const [, mode, type, oid, size, bytes = ''] = /^(\S+) (\S+) (\S+) +(\S+)\t(.*)$/s.exec(line) ?? []
      const name = Buffer.from(bytes, 'latin1').toString('utf8')
      return {
        bytes,
        entry: {
          name,
          path: path === '' ? name : `${path}/${name}`,
          mode,
          type,
          oid,
          size_bytes: type === 'blob' ? Number(size) : null,
          last_commit: null,
        },
      }
    })
  const byBytes = (one: { bytes: string }, other: { bytes: string }) =>
    Buffer.compare(Buffer.from(one.bytes, 'latin1'), Buffer.from(other.bytes, 'latin1'))
  return ['tree', 'other']
    .flatMap((kind) =>
      entries.filter(({ entry }) => (entry.type === 'tree') === (kind === 'tree')).sort(byBytes),
    )
    .map(({ entry }) => entry)
}

describe('a directory', () => {
  it('has the children that git ls-tree lists: folders first, then all else, each by the bytes of its name', async () => {
    for (const path of ['', 'dir', 'dir/inner', 'with space', 'odd']) {
      const { items, total } = await list({ ref: 'main', path })
      expect(items).toEqual(plain('main', path))
      expect(total).toBe(items.length)
    }
    const { items } = await list({ ref: 'main' })
    expect(items.map(({ name }) => name).slice(0, 5)).toEqual(['dir', 'many', 'odd', 'with space', '-dash'])
    expect(Object.fromEntries(items.map(({ name, mode, type }) => [name, `${mode} ${type}`]))).toMatchObject({
      'plain.txt': '100644 blob',
      'exec.sh': '100755 blob',
      link: '120000 blob',
      sub: '160000 commit',
      dir: '040000 tree',
    })
  })

  it('has names with tabs, line feeds and bytes that are not UTF-8, which are told with U+FFFD', async () => {
    const { items } = await list({ ref: 'main', path: 'odd' })
    expect(items.map(({ name }) => name)).toEqual(['new\nline', 'tab\tname', '\ufffd\ufffd'])
  })

  it('comes page by page', async () => {
    const names = []
    for (let page = 1; page <= 11; page += 1) {
      const { items, ...rest } = await list({ ref: 'main', path: 'many', page, page_size: 100 })
      expect(rest).toEqual({ total: 1_000, page, page_size: 100 })
      names.push(...items.map(({ name }) => name))
    }
    expect(names).toEqual(plain('main', 'many').map(({ name }) => name))
  })

  it('is read of any revision, and of HEAD by default', async () => {
    expect((await list()).items).toEqual(plain('main'))
    expect((await list({ ref: 'feature/x' })).items).toEqual(plain('feature/x'))
    expect((await list({ ref: 'vv' })).items).toEqual(plain('v1'))
    expect((await list({ ref: world.oid('apart').slice(0, 10) })).items).toEqual(plain('apart'))
  })

  it.each(['plain.txt', 'link', 'sub', 'nope', 'dir/nope', 'plain.txt/x', 'link/inner', 'Dir', ':(glob)dir'])(
    'is not %j, which is none',
    async (path) => {
      await expect(list({ ref: 'main', path })).rejects.toMatchObject({
        code: 'PATH_NOT_FOUND',
        details: { field: 'path' },
      })
    },
  )

  it('is no submodule, also where its commit is in the same repository', async () => {
    const own = world.oid('main')
    world.fastImport([
      `commit refs/heads/own\ncommitter c <c@c> 1700000000 +0000\ndata 1\nx\nM 160000 ${own} self\nM 100644 inline f\ndata 1\nf\n\n`,
    ])
    for (const path of ['self', 'self/dir']) {
      await expect(list({ ref: 'own', path })).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
    }
  })

  it.each([
    '/',
    '/dir',
    'dir/',
    'dir//inner',
    './dir',
    'dir/../dir',
    '..',
    'a\0b',
    'tab\tname',
    '\ufffd',
    'x/.GIT',
  ])('has no path like %j', async (path) => {
    await expect(list({ ref: 'main', path })).rejects.toMatchObject({
      code: 'PATH_INVALID',
      details: { field: 'path' },
    })
  })

  it('finds nothing by any hostile path that is to be refused', async () => {
    for (const { value, expect: outcome } of hostileValues('file_path')) {
      if (outcome !== 'reject' || value === '') continue
      await expect(list({ ref: 'main', path: value })).rejects.toMatchObject({
        code: expect.stringMatching(/^PATH_(?:INVALID|NOT_FOUND)$/),
      })
    }
  })

  it('needs a revision that is there', async () => {
    await expect(list({ ref: 'gone' })).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
  })
})

describe('the last commit of each child', () => {
  const format = '%H%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct'
  const commitOf = (path: string, ref = 'main') => {
    const [oid = '', parents = '', an, ae, at, cn, ce, ct] = world
      .git('log', '-1', `--format=${format}`, ref, '--', path)
      .split('\n')
    const time = (seconds = '') => new Date(Number(seconds) * 1_000).toISOString().replace('.000', '')
    return {
      oid,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      message: world.git('log', '-1', '--format=%B', oid),
      author_name: an,
      author_email: ae,
      authored_at: time(at),
      committer_name: cn,
      committer_email: ce,
      committed_at: time(ct),
    }
  }

  it('is what git log -1 tells of it, whole', async () => {
    for (const path of ['', 'dir', 'dir/inner', 'with space']) {
      const { items } = await list({ ref: 'main', path, lastCommits: true })
      expect(items.map(({ last_commit }) => last_commit)).toEqual(items.map((item) => commitOf(item.path)))
    }
    const { items } = await list({ ref: 'main', path: 'odd', lastCommits: true })
    expect(items.map(({ last_commit }) => last_commit?.oid)).toEqual(Array(3).fill(world.oid('main~2^')))
  })

  it('is the same however often and on whichever page it is asked for, and walked for once', async () => {
    const cache = new ByteCache({ maxBytes: 1_000_000 })
    const asked: string[] = []
    const counting: ContentSource = {
      ...source,
      run: (command, options) => {
        asked.push(command.args.includes('--name-status') ? 'walk' : (command.args[0] ?? ''))
        return source.run(command, options)
      },
    }
    const page = (number: number) =>
      list({ ref: 'main', path: 'many', lastCommits: true, page: number, page_size: 100 }, cache, counting)
    const [first, again, second] = await Promise.all([page(1), page(1), page(2)])
    expect(again).toEqual(first)
    expect(asked.filter((verb) => verb === 'walk')).toHaveLength(1)
    expect(asked.filter((verb) => verb === 'ls-tree')).toHaveLength(2)
    asked.length = 0
    expect(await page(2)).toEqual(second)
    // the ref is read from its file
    expect(asked).toEqual([])
  })

  it('is found anew when the branch has moved', async () => {
    const before = await list({ ref: 'feature/x', path: 'dir', lastCommits: true })
    world.fastImport([
      'commit refs/heads/feature/x\ncommitter c <c@c> 1700009999 +0000\ndata 1\nx\nfrom refs/heads/feature/x^0\nM 100644 inline dir/z\ndata 1\nn\n\n',
    ])
    const after = await list({ ref: 'feature/x', path: 'dir', lastCommits: true })
    expect(after.items.map(({ last_commit }) => last_commit?.oid)).toEqual(
      after.items.map(({ path }) => commitOf(path, 'feature/x').oid),
    )
    expect(after.items[1]).not.toEqual(before.items[1])
  })

  it('is unknown of an empty directory, as git log tells of none', async () => {
    const empty = world.store('tree', '')
    const tree = execFileSync('git', ['mktree'], {
      cwd: world.path,
      input: `040000 tree ${empty}\tempty\n100644 blob ${world.oid('main:plain.txt')}\tfile\n`,
      encoding: 'utf8',
    }).trim()
    const oid = world.store('commit', `tree ${tree}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nm\n`)
    world.git('update-ref', 'refs/heads/odd', oid)
    const { items } = await list({ ref: 'odd', lastCommits: true })
    expect(items.map(({ name, last_commit }) => [name, last_commit?.oid])).toEqual([
      ['empty', undefined],
      ['file', oid],
    ])
    expect(world.git('log', '--format=%H', 'odd', '--', 'empty')).toBe('')
  })

  it('is the same where maintenance has written down which paths each commit changed, as in hosted repositories', async () => {
    const path = `${world.box.root}/hosted.git`
    world.box.run(world.box.root, 'clone', '--quiet', '--bare', '--no-local', world.path, path)
    const { runner } = world.box
    const maintenance = new StoreMaintenance({ runner, clock: { now: () => 0 }, logger: silentLogger })
    expect(await maintenance.maintain({ path, uuid: 'hosted' })).toContain('commit-graph')
    const orders: string[] = []
    const hosted = await world.open(path, { is_hosted: true })
    const watched: ContentSource = {
      ...hosted,
      run: (command, options) => {
        if (command.args.includes('--name-status')) orders.push(command.args[1] ?? '')
        return hosted.run(command, options)
      },
    }
    for (const directory of ['', 'dir', 'many']) {
      const input = { ref: 'main', path: directory, lastCommits: true }
      expect(await list(input, world.cache, watched)).toEqual(await list(input))
    }
    // what touches the top is every commit: nothing is spared there
    expect(orders).toEqual(['--sparse', '--date-order', '--date-order'])
  })

  it('is given up when everybody who waited for it has gone', async () => {
    const aborted = AbortSignal.abort('gone')
    const input = { path: '', lastCommits: true, page: 1, page_size: 10 }
    await expect(
      listDirectory(source, input, { cache: new ByteCache({ maxBytes: 1_000 }), signal: aborted }),
    ).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('what the repository configures', () => {
  it('changes nothing in what is told, and nothing of it runs', async () => {
    const path = `${world.box.root}/configured.git`
    world.box.run(world.box.root, 'clone', '--quiet', '--bare', '--no-local', world.path, path)
    const settings = {
      'log.follow': 'true',
      'log.showRoot': 'false',
      'log.diffMerges': 'combined',
      'log.decorate': 'full',
      'log.abbrevCommit': 'true',
      'log.showSignature': 'true',
      'color.ui': 'always',
      'diff.renames': 'copies',
      'diff.ignoreSubmodules': 'all',
      'diff.orderFile': '/nowhere',
      'diff.external': world.box.payload,
      'i18n.logOutputEncoding': 'UTF-16',
      'core.quotePath': 'true',
      'core.pager': world.box.payload,
      'core.fsmonitor': world.box.payload,
      'format.pretty': 'oneline',
      'notes.displayRef': 'refs/notes/*',
    }
    for (const [key, value] of Object.entries(settings)) world.box.run(path, 'config', key, value)
    const configured = await world.open(path)
    for (const directory of ['', 'dir']) {
      const input = { ref: 'main', path: directory, lastCommits: true }
      expect(await list(input, world.cache, configured)).toEqual(await list(input))
    }
    expect(world.box.hasMarker).toBe(false)
  })
})
