import { describe, expect, it } from 'vitest'
import type { Principal } from '../../src/contract/index.ts'
import { checkPrincipal } from '../../src/rights/check-principal.ts'

const ofOne = { user: 'ci', scope: 'write', repoIds: [1] } as const

describe('a principal', () => {
  it.each<Principal>([
    { user: 'system' },
    ofOne,
    { user: 'of none', repoIds: [] },
    { user: 'deploy-key:1', scope: 'member', repoIds: [1], role: 30 },
    { user: 'ann', scope: undefined, repoIds: undefined, credential: undefined },
    {
      ...ofOne,
      repoIds: null,
      credential: { type: 'token', id: 7 },
      ip: null,
      userAgent: 'curl/8',
      requestId: 'r-1',
    },
  ])('is taken as it is: %o', (principal) => {
    expect(checkPrincipal(principal)).toEqual(principal)
  })

  it('stays as it was, whatever becomes of what was given', () => {
    const repoIds = [1]
    const given: { user: string; scope?: 'read'; repoIds: number[] } = { user: 'ci', scope: 'read', repoIds }
    const checked = checkPrincipal(given)
    delete given.scope
    repoIds.push(2)
    expect(checked).toEqual({ user: 'ci', scope: 'read', repoIds: [1] })
  })

  it.each([
    ['scope', { ...ofOne, scope: 'Read' }],
    ['scope', { ...ofOne, scope: null }],
    ['scopes', { ...ofOne, scopes: ['read'] }],
    ['repo_ids', { user: 'ci', scope: 'write', repo_ids: [1] }],
    ['repoIds', { ...ofOne, repoIds: 1 }],
    ['repoIds', { ...ofOne, repoIds: new Set([1]) }],
    ['repoIds.1', { ...ofOne, repoIds: [1, '2'] }],
    ['repoIds.0', { ...ofOne, repoIds: [0] }],
    ['role', { ...ofOne, role: 10 }],
    ['role', { user: 'ci', scope: 'member', role: 40 }],
    ['role', { user: 'ci', repoIds: null, role: 20 }],
    ['scope', { user: 'ci', repoIds: [1], role: 20 }],
    ['scope', { ...ofOne, role: 20 }],
    ['scope', { ...ofOne, scope: 'admin', role: 40 }],
    ['user', { ...ofOne, user: '' }],
    ['user', { scope: 'read' }],
    ['credential.type', { ...ofOne, credential: { type: 'password', id: 1 } }],
    ['body', 'system'],
    ['body', undefined],
  ])('whose %s is wrong is refused: a limit that is not understood would be none', (field, principal) => {
    expect(() => checkPrincipal(principal as Principal)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: expect.objectContaining({ field }) }),
    )
  })
})
