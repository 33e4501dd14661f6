import { describe, expect, it } from 'vitest'
import type { Principal } from '../../src/contract/index.ts'
import { isUnlimited, refusal } from '../../src/rights/refusal.ts'
import type { EndpointName, Scope } from '../../src/wire/index.ts'

const who = (more: Partial<Principal>): Principal => ({ user: 'alice', ...more })

describe('what a principal may not ask for', () => {
  it.each<[EndpointName, Scope | undefined, Scope | undefined]>([
    ['repos.list', 'read', undefined],
    ['repos.create', 'write', undefined],
    ['repos.create', 'read', 'write'],
    ['keys.create', 'write', 'admin'],
    ['keys.create', 'admin', undefined],
    ['tokens.list', undefined, undefined],
    ['audit.list', 'write', 'admin'],
  ])('%s with the scope %s: what is lacking is %s', (endpoint, held, needed) => {
    const error = refusal(who({ scope: held }), endpoint)
    if (needed === undefined) return expect(error).toBeUndefined()
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403, details: { needed, held } })
    expect(error?.message).toMatch(
      new RegExp(`^${endpoint}: .*needs the scope "${needed}", and the caller has "${held}"`),
    )
    return undefined
  })

  it('a scope that there is not holds nothing but what is open to all', () => {
    const nobody = who({ scope: 'none' as Scope })
    expect(refusal(nobody, 'repos.list')).toMatchObject({ code: 'FORBIDDEN' })
    expect(refusal(nobody, 'system.health')).toBeUndefined()
  })

  it('a caller who is restricted to repositories may not ask for what reaches beyond them, as an admin neither', () => {
    const error = refusal(who({ repoIds: [1, 2] }), 'repos.delete')
    expect(error).toMatchObject({ code: 'FORBIDDEN', details: { repo_ids: [1, 2] } })
    expect(error?.message).toContain('the caller is restricted to the repositories 1, 2;')
    expect(refusal(who({ repoIds: [1] }), 'tokens.list')?.message).toContain('to the repository 1;')
    expect(refusal(who({ repoIds: [] }), 'tokens.list')?.message).toContain('to no repository at all;')
    const many = refusal(who({ repoIds: Array.from({ length: 1_000 }, (_, at) => at + 1) }), 'keys.list')
    expect(many?.message).toContain('to the repositories 1, 2, 3, 4, 5 and 995 more;')
    expect(refusal(who({ repoIds: [1] }), 'sync.runs.cancel')).toBeUndefined()
    expect(refusal(who({ repoIds: [1] }), 'system.health')).toBeUndefined()
  })

  it('nothing is asked of whom nothing is kept from', () => {
    expect(isUnlimited(who({}))).toBe(true)
    expect(isUnlimited(who({ scope: 'admin', repoIds: null }))).toBe(true)
    expect(isUnlimited(who({ scope: 'write' }))).toBe(false)
    expect(isUnlimited(who({ repoIds: [] }))).toBe(false)
    expect(isUnlimited(who({ role: 40 }))).toBe(false)
  })
})
