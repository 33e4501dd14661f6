import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { isEmpty, resolveRevision } from '../../../src/git/content/resolve-revision.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
beforeAll(async () => {
  world = new ContentWorld()
  source = await world.open()
})
afterAll(() => world[Symbol.dispose]())

const unknown = (words: string | RegExp = '') =>
  expect.objectContaining({ code: 'REVISION_NOT_FOUND', message: expect.stringMatching(words) })

describe('a revision', () => {
  it.each([
    ['a branch', 'main', 'refs/heads/main'],
    ['a branch with a slash', 'feature/x', 'refs/heads/feature/x'],
    ['a branch that is not ASCII', 'ü/🎉', 'refs/heads/ü/🎉'],
    ['a branch that looks like digits of an oid', 'deadbee', 'refs/heads/deadbee'],
    ['the branch, where a tag has the same name', 'both', 'refs/heads/both'],
    ['a lightweight tag', 'v1-light', 'refs/tags/v1-light'],
    ['an annotated tag, as the commit that it tags', 'v1', 'refs/tags/v1^{commit}'],
    ['a tag of a tag', 'vv', 'refs/tags/v1^{commit}'],
    ['HEAD', 'HEAD', 'refs/heads/main'],
  ])('is %s', async (_, text, same) => {
    expect(await resolveRevision(source, text)).toBe(world.oid(same))
  })

  it('is HEAD by default, and what a detached HEAD is at', async () => {
    expect(await resolveRevision(source, undefined)).toBe(world.oid('main'))
    const oid = world.oid('feature/x')
    world.git('update-ref', '--no-deref', 'HEAD', oid)
    expect(await resolveRevision(source, undefined)).toBe(oid)
    world.git('symbolic-ref', 'HEAD', 'refs/heads/main')
  })

  it('is a commit by its whole name, or by seven digits and more, small or capital', async () => {
    const oid = world.oid('main')
    for (const text of [oid, oid.toUpperCase(), oid.slice(0, 7), oid.slice(0, 12), oid.slice(0, 39)]) {
      expect(await resolveRevision(source, text)).toBe(oid)
    }
    const tag = world.oid('refs/tags/v1')
    expect(await resolveRevision(source, tag)).toBe(world.oid('v1^{commit}'))
    expect(await resolveRevision(source, tag.slice(0, 9))).toBe(world.oid('v1^{commit}'))
  })

  it('is a commit, never another object of that name', async () => {
    for (const text of [world.oid('main^{tree}'), world.oid('main:plain.txt'), 'of-tree']) {
      await expect(resolveRevision(source, text)).rejects.toEqual(unknown(text))
    }
  })

  it('is not told by digits with which several commits begin', async () => {
    const seen = new Map<string, string>()
    const tree = world.oid('main^{tree}')
    for (let index = 0; ; index += 1) {
      const content = `tree ${tree}\nauthor a <a> ${index} +0000\ncommitter a <a> ${index} +0000\n\n`
      const oid = createHash('sha1').update(`commit ${content.length}\0${content}`).digest('hex')
      const digits = oid.slice(0, 7)
      const other = seen.get(digits)
      seen.set(digits, content)
      if (other === undefined) continue
      world.store('commit', other)
      expect(await resolveRevision(source, digits)).not.toBe(oid)
      expect(world.store('commit', content)).toBe(oid)
      await expect(resolveRevision(source, digits)).rejects.toEqual(unknown('several'))
      return
    }
  })

  it.each([
    'main~1',
    'main^',
    'main^{tree}',
    'main:plain.txt',
    'main..feature/x',
    'main...both',
    ':/Begin',
    ':plain.txt',
    '@{-1}',
    'main@{0}',
    '@{upstream}',
    '--all',
    '-1',
    '^main',
    'main*',
    'main\nv1',
    'main v1',
    'refs/heads/main',
    'heads/main',
    'nope',
    'abc123',
    '0'.repeat(40),
    'x'.repeat(2_000),
  ])('is only ever a name: %j names nothing', async (text) => {
    await expect(resolveRevision(source, text)).rejects.toEqual(unknown())
  })

  it('names the field and shortens what it repeats', async () => {
    await expect(resolveRevision(source, 'x'.repeat(2_000), { field: 'base' })).rejects.toMatchObject({
      details: { field: 'base' },
      message: expect.stringMatching(/^base: .{200,300}$/),
    })
  })
})

describe('an empty repository', () => {
  it('is one without a branch and without a commit at HEAD', async () => {
    const path = `${world.box.root}/empty.git`
    world.box.run(world.box.root, 'init', '--quiet', '--bare', path)
    const empty = await world.open(path)
    expect(await isEmpty(empty)).toBe(true)
    await expect(resolveRevision(empty, undefined)).rejects.toEqual(unknown('HEAD'))
    expect(await isEmpty(source)).toBe(false)
  })

  it('is none where HEAD names a branch that is gone', async () => {
    world.git('symbolic-ref', 'HEAD', 'refs/heads/gone')
    expect(await isEmpty(source)).toBe(false)
    await expect(resolveRevision(source, undefined)).rejects.toEqual(unknown('HEAD'))
    world.git('symbolic-ref', 'HEAD', 'refs/heads/main')
  })
})
