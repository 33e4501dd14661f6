import { describe, expect, it } from 'vitest'
import { chooseHead } from '../../src/git/choose-head.ts'

const refs = (...names: string[]) =>
  new Map(names.map((name, index) => [name, String(index % 10).repeat(40)] as const))

describe('the HEAD of a clone', () => {
  const three = refs('refs/heads/a', 'refs/heads/main', 'refs/heads/trunk', 'refs/tags/v1')

  it.each([
    ['is the branch that was asked for', 'refs/heads/trunk', three, 'a', 'a'],
    ['is that of the remote', 'refs/heads/trunk', three, null, 'trunk'],
    ['is main where that of the remote is detached', null, three, null, 'main'],
    [
      'is main where that of the remote names a branch that is not there',
      'refs/heads/x',
      three,
      null,
      'main',
    ],
    ['is master where there is no main', null, refs('refs/heads/a', 'refs/heads/master'), null, 'master'],
    ['is the first branch where there is neither', null, refs('refs/heads/b', 'refs/heads/c'), null, 'b'],
    ['is no branch whose name a person may not give', 'refs/heads/-x', refs('refs/heads/-x'), null, null],
    ['is no tag', null, refs('refs/tags/main'), null, null],
    ['is what was asked for where nothing is there yet', null, refs(), 'trunk', 'trunk'],
  ])('%s', (_, head, listed, wanted, chosen) => {
    expect(chooseHead({ head, refs: listed }, wanted)).toBe(chosen)
  })

  it('is not found where the remote has other branches than the one that was asked for', () => {
    expect(() => chooseHead({ head: null, refs: three }, 'v1')).toThrow(
      expect.objectContaining({ code: 'BRANCH_NOT_FOUND' }),
    )
  })
})
