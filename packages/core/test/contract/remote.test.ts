import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localRemote, problemWithRemoteName, remoteName } from '../../src/contract/index.ts'
import { repetitions } from '../repetitions.ts'
import { hostileValues } from './hostile-values.ts'

describe('the name of a remote', () => {
  it.each(hostileValues('remote_name'))('$id ($code): $value', ({ value, expect: expected }) => {
    const problem = problemWithRemoteName(value)
    if (expected === 'reject') expect(problem).toMatch(/./)
    else expect(problem).toBeUndefined()
  })

  it.each(['origin', 'local', 'a', '0', '_x', 'a.b', 'a-b', 'A_B', 'x'.repeat(100), 'lock', 'a.lockx'])(
    'may be %s',
    (name) => {
      expect(problemWithRemoteName(name)).toBeUndefined()
      expect(remoteName.parse(name)).toBe(name)
    },
  )

  const letters = /^must be 1 to 100 letters/
  it.each([
    ['', letters],
    ['x'.repeat(101), letters],
    ['.a', letters],
    ['-a', letters],
    ['a b', letters],
    ['a/b', letters],
    ['ä', letters],
    ['a\n', letters],
    ['a\u0000', letters],
    ['a..b', /^is not usable in a ref name$/],
    ['a.', /^is not usable in a ref name$/],
    ['a.lock', /^is not usable in a ref name$/],
    ['__proto__', /^is reserved$/],
    ['constructor', /^is reserved$/],
    ['toString', /^is reserved$/],
  ])('may not be %j', (name, problem) => {
    expect(problemWithRemoteName(name)).toMatch(problem)
    expect(remoteName.safeParse(name).error?.issues).toMatchObject([
      { code: 'custom', message: problem.exec(problemWithRemoteName(name)!)?.input },
    ])
  })

  it('is reserved where it means the repository itself, and may be used', () => {
    expect(localRemote).toBe('local')
    expect(problemWithRemoteName(localRemote)).toBeUndefined()
  })

  it('that is accepted can stand in a ref of a store', () => {
    const unit = fc.constantFrom(...'abzA09_.-', '.lock', '..', '/', ' ', '~', '@{', '\n')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (parts) => {
        const name = parts.join('')
        fc.pre(problemWithRemoteName(name) === undefined)
        const { status } = spawnSync('git', ['check-ref-format', `refs/remotes/${name}/heads/main`])
        expect(status).toBe(0)
      }),
      { numRuns: repetitions(40) },
    )
  })

  it.each([[undefined], [null], [5], [['origin']]])('must be text, not %j', (value) => {
    expect(remoteName.safeParse(value).error?.issues).toMatchObject([{ message: 'must be text' }])
  })
})
