import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LfsWorld, oidOf, pointerText } from './lfs-world.ts'

let world: LfsWorld
beforeEach(() => {
  world = new LfsWorld()
})
afterEach(() => world.sandbox.dispose())

const found = async (tip: string, known: readonly string[] = []) =>
  new Set((await world.pointers(tip, known)).map(({ oid }) => oid))

describe('findLfsPointers', () => {
  it('finds what any commit of the stretch needs, also what a later one took away', async () => {
    world.commit('one')
    world.sandbox.run(world.repo, 'rm', '--quiet', '-r', '.')
    const tip = world.commit('two')
    expect(await found(tip)).toEqual(new Set([oidOf('one'), oidOf('two')]))
  })

  it('leaves out what the target has, and takes no offence at what the store does not know', async () => {
    const first = world.commit('one')
    const tip = world.commit('two')
    expect(await found(tip, [first])).toEqual(new Set([oidOf('two')]))
    expect(await found(tip, ['1'.repeat(40), first])).toEqual(new Set([oidOf('two')]))
    expect(await found(tip, [tip])).toEqual(new Set())
  })

  it('needs no .gitattributes, and finds pointers in nested folders and behind tags', async () => {
    const { sandbox, repo, store } = world
    sandbox.commit(repo, { file: 'deep/er/file.bin', content: pointerText('deep') })
    sandbox.run(repo, 'tag', '-a', '-m', 'x', 'v1')
    sandbox.run(repo, 'push', '--quiet', store, 'v1')
    expect(await found(sandbox.tip(repo, 'refs/tags/v1'))).toEqual(new Set([oidOf('deep')]))
  })

  it('leaves out what only other branches of the store need', async () => {
    const { sandbox, repo, store } = world
    sandbox.commit(repo, { file: 'plain.txt', content: 'text' })
    sandbox.run(repo, 'push', '--quiet', store, 'HEAD:refs/heads/plain')
    const plain = sandbox.tip(store, 'refs/heads/plain')
    const tip = world.commit('one')
    expect(await found(plain)).toEqual(new Set())
    expect(await found(tip)).toEqual(new Set([oidOf('one')]))
  })

  it('passes over what only looks like a pointer, and the empty file', async () => {
    const { sandbox, repo } = world
    sandbox.commit(repo, { file: 'a', content: `see ${pointerText('one')}` })
    sandbox.commit(repo, { file: 'b', content: pointerText('two') + 'x'.repeat(1_024) })
    expect(await found(world.commit(''))).toEqual(new Set())
  })

  it('finds each of thousands of small files once', async () => {
    const { sandbox, store } = world
    const plain = sandbox.history(store, { commits: 9_000 })
    expect(await found(plain)).toEqual(new Set())
    const tip = world.commit('one', 'two')
    expect((await world.pointers(tip, [])).length).toBe(2)
  })
})
