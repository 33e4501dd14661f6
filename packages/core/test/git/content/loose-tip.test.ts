import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ByteCache } from '../../../src/git/content/byte-cache.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { looseTip } from '../../../src/git/content/loose-tip.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
let gits: number

beforeEach(async () => {
  world = new ContentWorld()
  const opened = await world.open()
  gits = 0
  source = {
    ...opened,
    run: (command, options) => {
      gits += 1
      return opened.run(command, options)
    },
  }
})
afterEach(() => world[Symbol.dispose]())

const cache = new ByteCache({ maxBytes: 1_000_000 })
const tipOf = (text?: string) => looseTip(source, text, { cache, signal: undefined })

/** As git leaves a ref that was moved last. */
function loosen(ref: string, oid: string): void {
  const path = join(source.repo.common_dir, ref)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  writeFileSync(path, `${oid}\n`)
}

describe('the tip of a branch that stands in a file of its own', () => {
  it.each([undefined, 'HEAD', 'main'])(
    'is what git says (%s), and a commit that was looked at is not again',
    async (text) => {
      loosen('refs/heads/main', world.oid('refs/heads/main'))
      expect(await tipOf(text)).toBe(world.oid('refs/heads/main'))
      const before = gits
      expect(await tipOf(text)).toBe(world.oid('refs/heads/main'))
      expect(gits).toBe(before)
    },
  )

  it('is told anew as soon as it moves', async () => {
    const [main, other] = [world.oid('refs/heads/main'), world.oid('refs/heads/feature/x')]
    loosen('refs/heads/main', main)
    expect(await tipOf('main')).toBe(main)
    loosen('refs/heads/main', other)
    expect(await tipOf('main')).toBe(other)
  })

  it.each([
    ['no such file', () => {}],
    ['an object that is not there', () => loosen('refs/heads/odd', '1'.repeat(40))],
    ['a blob', () => loosen('refs/heads/odd', world.git('hash-object', '-w', '--stdin').trim())],
    ['the name of another ref', () => loosen('refs/heads/odd', 'ref: refs/heads/main')],
    ['other words', () => loosen('refs/heads/odd', 'hello')],
  ])('is left to git where there is %s', async (_, prepare) => {
    prepare()
    expect(await tipOf('odd')).toBeUndefined()
  })

  it.each(['../../HEAD', '..', 'a b', 'refs/../main', '', '-x'])(
    'is left to git for "%s", which names no branch',
    async (text) => {
      expect(await tipOf(text)).toBeUndefined()
    },
  )

  it('is left to git for an oid, which goes before a branch of its name', async () => {
    const oid = world.oid('refs/heads/main')
    loosen(`refs/heads/${oid}`, world.oid('refs/heads/feature/x'))
    expect(await tipOf(oid)).toBeUndefined()
  })
})
