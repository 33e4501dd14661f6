import { describe, expect, it } from 'vitest'
import { isUnrecorded, KeptRefNames } from '../../src/git/kept-ref-names.ts'

const x = 'a'.repeat(40)
const y = 'b'.repeat(40)
const names = (taken: Record<string, string> = {}) => new KeptRefNames(7, new Map(Object.entries(taken)))

describe('the name of a kept value', () => {
  it('is the run and the ref', () => {
    expect(names().nameFor('refs/heads/a/b', x)).toBe('refs/gitferry/kept/7/heads/a/b')
  })

  it('is the same for the same value, kept before or just now', () => {
    const kept = names({ 'refs/gitferry/kept/7/heads/a': x })
    expect(kept.nameFor('refs/heads/a', x)).toBe('refs/gitferry/kept/7/heads/a')
    expect(kept.nameFor('refs/heads/a', x)).toBe('refs/gitferry/kept/7/heads/a')
  })

  it('has a number where an earlier attempt kept another value of the ref', () => {
    const kept = names({ 'refs/gitferry/kept/7/heads/a': x })
    expect(kept.nameFor('refs/heads/a', y)).toBe('refs/gitferry/kept/7/2/heads/a')
    expect(kept.nameFor('refs/heads/a', 'c'.repeat(40))).toBe('refs/gitferry/kept/7/3/heads/a')
  })

  it.each([
    ['refs/heads/a', 'refs/heads/a/b'],
    ['refs/heads/a/b', 'refs/heads/a'],
  ])('has a number where %s stands in the way of %s', (before, after) => {
    const kept = names()
    kept.nameFor(before, x)
    expect(kept.nameFor(after, y)).toBe(`refs/gitferry/kept/7/2/${after.slice('refs/'.length)}`)
  })

  it('is never of the form of earlier versions, which no row names', () => {
    expect(isUnrecorded(`refs/gitferry/kept/7/${x}/heads/a`)).toBe(true)
    for (const name of ['7/heads/a', '7/2/heads/a', `7/heads/${x}/a`, `7/${x.slice(1)}/heads/a`]) {
      expect(isUnrecorded(`refs/gitferry/kept/${name}`), name).toBe(false)
    }
  })
})
