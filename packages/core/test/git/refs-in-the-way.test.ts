import { expect, it } from 'vitest'
import { refsInTheWay } from '../../src/git/refs-in-the-way.ts'

it.each<[string, string[], string[], string[]]>([
  ['above', ['r/a/b/c'], ['r/a', 'r/a/b', 'r/x'], ['r/a', 'r/a/b']],
  ['below', ['r/a'], ['r/a/b', 'r/a/c/d', 'r/ab'], ['r/a/b', 'r/a/c/d']],
  ['beside', ['r/a', 'r/b'], ['r/a', 'r/b', 'r/a-b', 'r/c/a'], []],
  ['wanted too, where another wanted one needs the place', ['r/a', 'r/a/b'], ['r/a'], ['r/a']],
  ['nothing', [], ['r/a'], []],
])('what stands %s', (_, wanted, existing, expected) => {
  expect(refsInTheWay(wanted, existing)).toEqual(expected)
})

it('is found among a hundred thousand names', () => {
  const names = Array.from({ length: 100_000 }, (_, number) => `refs/remotes/o/heads/topic/${number}`)
  expect(refsInTheWay([...names, `${names[7]}/sub`], names)).toEqual([names[7]])
})
