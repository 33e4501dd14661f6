import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walkCommits } from '../../src/sync/commit-walk.ts'

type Graph = ReadonlyMap<string, readonly string[]>

const graph = (parents: Readonly<Record<string, string>>): Graph =>
  new Map(Object.entries(parents).map(([oid, names]) => [oid, names.split(' ').filter(Boolean)]))

const walk = (commits: Graph, pairs: readonly (readonly [string, string])[], options = {}) =>
  Object.fromEntries(
    walkCommits(
      commits,
      pairs.map(([source_oid, target_oid]) => ({
        target_ref: `${source_oid}:${target_oid}`,
        source_oid,
        target_oid,
      })),
      options,
    ),
  )

const forward = (ahead: number) => ({ ahead, behind: 0, related: true })

describe('the walk from new tips to old ones', () => {
  it('counts what a line of commits carries over', () => {
    expect(walk(graph({ c: 'b', b: 'a' }), [['c', 'a']])).toEqual({ 'c:a': forward(2) })
  })

  it('counts a commit once that a merge reaches twice, and another root with it', () => {
    const merged = graph({ m: 'x y r', x: 'n', y: 'n', n: 'a', r: '' })
    expect(walk(merged, [['m', 'a']])).toEqual({ 'm:a': forward(5) })
  })

  it('goes on from a new tip through another', () => {
    expect(
      walk(graph({ d: 'c', c: 'b', b: 'a' }), [
        ['d', 'a'],
        ['b', 'a'],
      ]),
    ).toEqual({
      'd:a': forward(3),
      'b:a': forward(1),
    })
  })

  it.each<[string, Graph, [string, string]]>([
    ['ends at another old tip', graph({ c: 'x' }), ['c', 'a']],
    ['ends at another old tip beside its own', graph({ c: 'a x' }), ['c', 'a']],
    ['ends nowhere', graph({ c: 'b', b: '' }), ['c', 'a']],
    ['does not begin: the new tip is not new', graph({ d: 'c' }), ['a', 'c']],
    ['does not begin: nothing is new', graph({}), ['b', 'a']],
  ])('decides nothing where it %s', (_, commits, pair) => {
    expect(walk(commits, [pair])).toEqual({})
  })

  it('gives up after as many steps as it may take, and keeps what it had decided', () => {
    const line = graph(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at + 1}`, `${at}`])))
    const pairs = [
      ['3', '0'],
      ['100', '0'],
      ['2', '0'],
    ] as const
    expect(walk(line, pairs)).toEqual({ '3:0': forward(3), '100:0': forward(100), '2:0': forward(2) })
    expect(walk(line, pairs, { maxSteps: 50 })).toEqual({ '3:0': forward(3) })
  })

  /** The parents of a commit come before it. */
  const graphs = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 2, maxLength: 12 })
    .map((lists) =>
      lists.map((list, at) =>
        at === 0 ? [] : [...new Set(list.map((parent) => at - 1 - (parent % Math.min(at, 3))))],
      ),
    )
  const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 })

  it('is right in all that it says, and says it of every line of commits alone', () => {
    let decided = 0
    fc.assert(
      fc.property(graphs, picks, (parents, picked) => {
        const reach = (at: number, found = new Set<number>()): Set<number> => {
          found.add(at)
          for (const parent of parents[at]!) if (!found.has(parent)) reach(parent, found)
          return found
        }
        const pairs = picked.map(([one, other]) => [one % parents.length, other % parents.length] as const)
        const differing = pairs.filter(([source, target]) => source !== target)
        const old = new Set(differing.flatMap(([, target]) => [...reach(target)]))
        const fresh = new Set(
          differing.flatMap(([source]) => [...reach(source)].filter((at) => !old.has(at))),
        )
        const commits = new Map([...fresh].map((at) => [`${at}`, parents[at]!.map(String)]))
        const said = walk(
          commits,
          differing.map(([source, target]) => [`${source}`, `${target}`]),
        )
        for (const [source, target] of differing) {
          const relation = said[`${source}:${target}`]
          const there = reach(target)
          const ahead = [...reach(source)].filter((at) => !there.has(at)).length
          if (relation === undefined) {
            const isLine = [...fresh].every((at) => parents[at]!.length < 2)
            if (differing.length === 1 && isLine) expect(reach(source).has(target)).toBe(false)
            continue
          }
          decided += 1
          expect(reach(source).has(target)).toBe(true)
          expect(relation).toEqual(forward(ahead))
        }
      }),
      { numRuns: 3_000 },
    )
    expect(decided).toBeGreaterThan(200)
  })
})
