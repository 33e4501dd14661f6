import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Principal, type Role, role as roleSchema, type Visibility } from '../../src/contract/index.ts'
import { roleOf } from '../../src/rights/role-of.ts'
import { type Scope, scopes } from '../../src/wire/index.ts'

const repoId = 7
const memberships = [undefined, 20, 30, 40] as const
const visibilities = [0, 10, 20] as const
const reaches = { every: null, 'this one': [3, repoId], 'another one': [3], none: [] } as const

interface Case {
  readonly scope: Scope | undefined
  readonly inRepo: Role | undefined
  readonly inProject: Role | undefined
  readonly visibility: Visibility
  readonly reach: keyof typeof reaches
  readonly fixed: Role | undefined
}

const cases: Case[] = [undefined, ...scopes].flatMap((scope) =>
  memberships.flatMap((inRepo) =>
    memberships.flatMap((inProject) =>
      visibilities.flatMap((visibility) =>
        (Object.keys(reaches) as (keyof typeof reaches)[]).flatMap((reach) =>
          memberships.map((fixed) => ({ scope, inRepo, inProject, visibility, reach, fixed })),
        ),
      ),
    ),
  ),
)

const decide = ({ scope, inRepo, inProject, visibility, reach, fixed }: Case): Role | undefined => {
  const repoIds = reaches[reach]
  const principal: Principal = { user: 'mia', scope, repoIds, role: fixed }
  return roleOf(principal, { id: repoId, visibility }, { repo: inRepo, project: inProject })
}

/** The rules once more, as they are told to people. */
function expected({ scope = 'admin', inRepo, inProject, visibility, reach, fixed }: Case): Role | undefined {
  if (reach === 'another one' || reach === 'none') return undefined
  if (fixed !== undefined) {
    if (reach !== 'this one') return undefined
    return scope === 'read' ? 20 : fixed
  }
  if (scope === 'admin') return 40
  if (scope === 'read') return 20
  if (scope === 'write') return inRepo === 40 ? 40 : 30
  if (inRepo !== undefined) return inRepo
  if (visibility === 20 || (visibility === 10 && inProject !== undefined)) return 20
  return undefined
}

describe('the role of a caller in a repository', () => {
  it(`is what the rules say, in each of ${cases.length} cases`, () => {
    const wrong = cases.filter((each) => decide(each) !== expected(each))
    expect(wrong).toEqual([])
    expect(cases).toHaveLength(5 * 4 * 4 * 3 * 4 * 4)
  })

  it('is never more than was given by somebody: a membership, a scope, or who may read', () => {
    for (const each of cases.filter(({ scope, fixed }) => scope === 'member' && fixed === undefined)) {
      expect(decide(each) ?? 0).toBeLessThanOrEqual(Math.max(each.inRepo ?? 0, 20))
      if (each.inRepo === undefined && each.inProject === undefined && each.visibility < 20) {
        expect(decide(each)).toBeUndefined()
      }
    }
  })

  it('does not shrink when a membership grows, and a member of the project alone never writes', () => {
    const any = fc.constantFrom(...cases)
    fc.assert(
      fc.property(any, fc.constantFrom(...memberships), (each, more) => {
        const grown = { ...each, inRepo: (Math.max(each.inRepo ?? 0, more ?? 0) || undefined) as Role }
        expect(decide(grown) ?? 0).toBeGreaterThanOrEqual(decide(each) ?? 0)
        const alone = { ...each, inRepo: undefined, fixed: undefined, scope: 'member' } as const
        expect(decide(alone) ?? 0).toBeLessThanOrEqual(20)
      }),
    )
  })

  it('is one of the three, or none', () => {
    for (const each of cases) {
      const role = decide(each)
      if (role !== undefined) expect(roleSchema.safeParse(role).success).toBe(true)
    }
  })
})
