import { describe, expect, it } from 'vitest'
import type { PlanUpdate } from '../../src/contract/index.ts'
import { planHead, type SideRefs } from '../../src/sync/plan-head.ts'
import { parseRefSelection } from '../../src/sync/ref-selection.ts'

const a = 'a'.repeat(40)
const main = 'refs/heads/main'
const everyBranch = {
  mode: 'mirror',
  source_branch: '',
  target_branch: '',
  refs: [],
  exclude: [],
  tags: false,
} as const
const select = (given: Partial<Parameters<typeof parseRefSelection>[0]> = {}) =>
  parseRefSelection({ ...everyBranch, refs: [], exclude: [], ...given })

const side = (names: readonly string[], head: string | null): SideRefs => ({
  refs: new Map(names.map((name) => [name, a])),
  head,
})

const created = (target_ref: string, action: PlanUpdate['action'] = 'create'): PlanUpdate => ({
  source_ref: target_ref,
  target_ref,
  action,
  old_oid: action === 'create' ? null : a,
  new_oid: action === 'delete' ? null : a,
  ahead: null,
  behind: null,
  reason: '',
})

describe('following HEAD', () => {
  it('names the branch that the source names', () => {
    expect(
      planHead(select(), side([main], main), side([main, 'refs/heads/old'], 'refs/heads/old'), []),
    ).toMatchObject([{ action: 'head', source_ref: main, target_ref: 'HEAD', old_head: 'refs/heads/old' }])
  })

  it('names it as the task renames it', () => {
    const renamed = select({ refs: ['refs/heads/*:refs/heads/up/*'] })
    const target = side(['refs/heads/up/main'], null)
    expect(planHead(renamed, side([main], main), target, [])).toMatchObject([
      { source_ref: 'refs/heads/up/main' },
    ])
  })

  it('names a branch that the plan makes', () => {
    expect(planHead(select(), side([main], main), side([], 'refs/heads/old'), [created(main)])).toHaveLength(
      1,
    )
  })

  it.each<[string, SideRefs, SideRefs, PlanUpdate[]]>([
    ['where both name the same', side([main], main), side([main], main), []],
    ['where the source names none', side([main], null), side([main], 'refs/heads/old'), []],
    ['where the target has no such branch', side([main], main), side([], 'refs/heads/old'), []],
    [
      'where the plan deletes it',
      side([main], main),
      side([main], 'refs/heads/old'),
      [created(main, 'delete')],
    ],
    [
      'where a new one is a conflict',
      side([main], main),
      side([], null),
      [{ ...created(main), action: 'conflict' }],
    ],
  ])('plans nothing %s', (_, source, target, updates) => {
    expect(planHead(select(), source, target, updates)).toEqual([])
  })

  it('plans nothing where the task excludes the branch', () => {
    const excluded = select({ exclude: [main] })
    expect(planHead(excluded, side([main], main), side([main], 'refs/heads/old'), [])).toEqual([])
  })
})
