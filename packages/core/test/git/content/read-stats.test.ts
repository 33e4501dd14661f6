import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ByteCache } from '../../../src/git/content/byte-cache.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { readStats } from '../../../src/git/content/read-stats.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
beforeAll(() => {
  world = new ContentWorld()
})
afterAll(() => world[Symbol.dispose]())

const stats = (
  source: ContentSource,
  cache = new ByteCache({ maxBytes: 100_000 }),
  measure = async () => 42,
) => readStats(source, { cache, measure, signal: undefined })

const plainLines = (...args: string[]) =>
  world
    .git('grep', '-I', '-c', '', ...args)
    .split('\n')
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(':') + 1)), 0)

describe('the figures of a repository', () => {
  it('are what git counts on the default branch, and its branches and tags', async () => {
    const told = await stats(await world.open())
    expect(told).toEqual({
      default_branch: 'main',
      commits: Number(world.git('rev-list', '--count', 'main')),
      code_lines: plainLines('main'),
      branches: world.git('for-each-ref', 'refs/heads').split('\n').length,
      tags: world.git('for-each-ref', 'refs/tags').split('\n').length,
      size_bytes: 42,
      last_commit_at: '2023-11-14T22:23:20Z',
    })
    expect(told.code_lines).toBeGreaterThan(1_000)
  })

  it('are counted anew once a shallow clone was deepened, and where its attributes have changed', async () => {
    const path = `${world.box.root}/deepened.git`
    world.box.run(world.box.root, 'clone', '-q', '--bare', '--depth=1', `file://${world.path}`, path)
    const cache = new ByteCache({ maxBytes: 100_000 })
    const counted = async () => stats(await world.open(path), cache)
    expect(await counted()).toMatchObject({ commits: 1 })
    world.box.run(path, 'fetch', '-q', '--unshallow')
    const whole = await counted()
    expect(whole.commits).toBe(Number(world.git('rev-list', '--count', 'main')))
    writeFileSync(`${path}/info/attributes`, '*.txt -diff\n')
    expect((await counted()).code_lines).toBeLessThan(whole.code_lines)
  })

  it('are counted once for as long as nothing moves, however many ask', async () => {
    const asked: string[] = []
    let measured = 0
    const source = await world.open()
    const counting: ContentSource = {
      ...source,
      run: (command, options) => {
        asked.push(command.args[0] ?? '')
        return source.run(command, options)
      },
    }
    const cache = new ByteCache({ maxBytes: 100_000 })
    const measure = async () => {
      measured += 1
      return measured
    }
    const [first] = await Promise.all([stats(counting, cache, measure), stats(counting, cache, measure)])
    const count = () => asked.filter((verb) => verb === 'grep' || verb === 'rev-list').length
    expect([count(), measured]).toEqual([2, 1])
    expect(await stats(counting, cache, measure)).toEqual(first)
    expect([count(), measured]).toEqual([2, 1])
    // another branch leaves what is counted of the default one as it is
    world.git('branch', 'new', 'feature/x')
    expect(await stats(counting, cache, measure)).toEqual({
      ...first,
      branches: first!.branches + 1,
      size_bytes: 2,
    })
    expect([count(), measured]).toEqual([2, 2])
    world.git('branch', '-D', 'new')
  })

  it('of an empty repository are nothing', async () => {
    const path = `${world.box.root}/empty.git`
    world.box.run(world.box.root, 'init', '--quiet', '--bare', '--initial-branch=main', path)
    expect(await stats(await world.open(path))).toEqual({
      default_branch: 'main',
      commits: 0,
      code_lines: 0,
      branches: 0,
      tags: 0,
      size_bytes: 42,
      last_commit_at: null,
    })
  })

  it('of one with a HEAD that is detached, or names a branch that is gone, are those of its branches alone', async () => {
    for (const [head, name] of [
      ['refs/heads/gone', 'gone'],
      [null, null],
    ] as const) {
      if (head === null) world.git('update-ref', '--no-deref', 'HEAD', world.oid('feature/x'))
      else world.git('symbolic-ref', 'HEAD', head)
      expect(await stats(await world.open())).toMatchObject({ default_branch: name, commits: 0, branches: 6 })
    }
    world.git('symbolic-ref', 'HEAD', 'refs/heads/main')
  })

  it('of a clone are those of the branch that its origin names, also where it has none of that name', async () => {
    const path = `${world.box.root}/clone`
    world.box.run(world.box.root, 'clone', '--quiet', '--no-local', '--no-checkout', world.path, path)
    world.box.run(path, 'checkout', '--quiet', '--orphan', 'other')
    world.box.run(path, 'branch', '-D', 'main')
    expect(await stats(await world.open(path))).toMatchObject({
      default_branch: 'main',
      commits: Number(world.git('rev-list', '--count', 'main')),
      branches: 0,
      last_commit_at: null,
    })
  })

  it('are no lines where no file is text', async () => {
    world.fastImport([
      'commit refs/heads/bytes\ncommitter c <c@c> 1700000000 +0000\ndata 1\nx\nM 100644 inline f\ndata 3\n\0\n\0\n\n',
    ])
    world.git('symbolic-ref', 'HEAD', 'refs/heads/bytes')
    expect(await stats(await world.open())).toMatchObject({ commits: 1, code_lines: 0 })
    world.git('symbolic-ref', 'HEAD', 'refs/heads/main')
  })
})
