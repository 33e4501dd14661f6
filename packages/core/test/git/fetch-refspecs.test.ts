import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetch } from '../../src/git/commands/fetch.ts'
import { fetchRefspecs, type WantedRef } from '../../src/git/fetch-refspecs.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from './fake-git.ts'

const tracked = (source: string): WantedRef => ({
  source,
  target: source.replace('refs/', 'refs/remotes/origin/'),
})
const refs = (count: number, namespace = 'heads'): string[] =>
  Array.from({ length: count }, (_, number) => `refs/${namespace}/topic/${number}`)
const heads = { source: 'refs/heads/*', target: 'refs/remotes/origin/heads/*' }

describe('fetchRefspecs', () => {
  it('lists up to 300 refs of a namespace by name', () => {
    const present = refs(300)
    const wanted = present.map(tracked)
    expect(fetchRefspecs(wanted, { present })).toEqual(wanted)
    expect(fetchRefspecs([], { present })).toEqual([])
  })

  it('says more as a pattern, and takes out by name what must not come', () => {
    const wanted = refs(301).map(tracked)
    expect(fetchRefspecs(wanted, { present: refs(303) })).toEqual([
      heads,
      { excluded: 'refs/heads/topic/301' },
      { excluded: 'refs/heads/topic/302' },
    ])
    expect(fetchRefspecs(wanted, { present: refs(301) })).toEqual([heads])
  })

  it('lists names still where the namespace is much larger than what is wanted of it', () => {
    const wanted = refs(700).map(tracked)
    expect(fetchRefspecs(wanted, { present: refs(7_000) })).toEqual(wanted)
    expect(fetchRefspecs(wanted, { present: refs(6_000) })).toHaveLength(1 + 5_300)
  })

  it('decides for branches and tags apart, and takes what is neither by name', () => {
    const few = [...refs(2, 'tags'), 'refs/notes/x'].map((source) => ({ source, target: `${source}.x` }))
    const wanted = [...refs(400).map(tracked), ...few]
    const present = [...refs(400), ...refs(900, 'tags'), ...refs(900, 'pull')]
    expect(fetchRefspecs(wanted, { present })).toEqual([heads, ...few])
  })

  it.each<[string, (ref: WantedRef, index: number) => WantedRef]>([
    ['another name', (ref, index) => (index === 7 ? { ...ref, target: `${ref.target}x` } : ref)],
    ['another place', (ref, index) => (index === 7 ? { ...ref, target: `x/${ref.target}` } : ref)],
    ['part of a name', (ref) => ({ ...ref, target: ref.target.replace('heads/topic', 'heads/x-topic') })],
  ])('lists names where a tracking ref has %s', (_, change) => {
    const wanted = refs(400).map(tracked).map(change)
    expect(fetchRefspecs(wanted, { present: refs(400) })).toEqual(wanted)
  })
})

describe('a fetch that says so', () => {
  let sandbox: GitSandbox
  beforeEach(() => {
    sandbox = createGitSandbox()
  })
  afterEach(() => sandbox.dispose())

  it('brings exactly the refs that are wanted', async () => {
    const source = sandbox.bare('source')
    const oid = sandbox.history(source, { commits: 1, branch: 'secret' })
    const packed = refs(320).map((ref) => `${oid} ${ref}\n`)
    sandbox.run(source, 'tag', 'v1', oid)
    writeFileSync(`${source}/packed-refs`, `# pack-refs with: sorted\n${packed.sort().join('')}`)
    const present = Object.keys(sandbox.refs(source))
    const wanted = present
      .filter((ref) => /topic\/\d*[1-9]$|tags/.test(ref) || ref.endsWith('0'))
      .map(tracked)
    const few = wanted.filter(({ source: ref }) => ref !== 'refs/heads/topic/7')
    const refspecs = fetchRefspecs(few, { present })
    expect(refspecs).toContainEqual({ excluded: 'refs/heads/secret' })
    const store = sandbox.bare('store')
    await runnerIn(sandbox.dir).run(fetch({ url: source, protocol: 'file', refspecs }), { gitDir: store })
    expect(Object.keys(sandbox.refs(store)).sort()).toEqual(few.map(({ target }) => target).sort())
  })
})
