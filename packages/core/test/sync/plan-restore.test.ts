import { describe, expect, it } from 'vitest'
import type { KeptRefRow } from '../../src/contract/index.ts'
import { planRestore } from '../../src/sync/plan-restore.ts'

const old = 'a'.repeat(40)
const made = 'b'.repeat(40)
const later = 'c'.repeat(40)
const main = 'refs/heads/main'

const kept = (fields: Partial<KeptRefRow> = {}) =>
  ({
    id: 1,
    run_id: 7,
    ref: main,
    oid: old,
    became_oid: made,
    kept_ref: 'refs/gitferry/kept/7/heads/main',
    ...fields,
  }) as KeptRefRow
const plan = (rows: KeptRefRow[], target: Record<string, string>, overwrite = false) =>
  planRestore(rows, new Map(Object.entries(target)), { overwrite })
const shown = ({ updates, moved }: ReturnType<typeof planRestore>) => ({
  updates: updates.map(({ action, old_oid, new_oid }) => ({ action, old_oid, new_oid })),
  moved,
})

describe('putting a kept value back', () => {
  it('forces a ref that is what the run made of it', () => {
    expect(plan([kept()], { [main]: made })).toEqual({
      moved: [],
      updates: [
        {
          action: 'force',
          source_ref: 'refs/gitferry/kept/7/heads/main',
          target_ref: main,
          old_oid: made,
          new_oid: old,
          ahead: null,
          behind: null,
          reason: 'puts back what run 7 overwrote',
        },
      ],
    })
  })

  it('creates a ref that the run deleted', () => {
    const { updates } = plan([kept({ became_oid: null })], {})
    expect(updates[0]).toMatchObject({ action: 'create', old_oid: null, new_oid: old })
    expect(updates[0]?.reason).toBe('puts back what run 7 deleted')
  })

  it('leaves out a ref that has the value', () => {
    expect(plan([kept()], { [main]: old })).toEqual({ moved: [], updates: [] })
    expect(plan([kept()], { [main]: old }, true)).toEqual({ moved: [], updates: [] })
  })

  it.each<[string, string | null, Record<string, string>, string, string | null]>([
    ['was pushed to', made, { [main]: later }, 'force', later],
    ['was deleted', made, {}, 'create', null],
    ['was made again', null, { [main]: later }, 'force', later],
  ])(
    'stops at a ref that %s since, unless it is to be overwritten',
    (_, became_oid, target, action, old_oid) => {
      expect(plan([kept({ became_oid })], target)).toEqual({ moved: [main], updates: [] })
      const overwritten = shown(plan([kept({ became_oid })], target, true))
      expect(overwritten).toEqual({ moved: [], updates: [{ action, old_oid, new_oid: old }] })
    },
  )

  it('of a ref that the run took twice puts back what it took last', () => {
    const twice = [kept({ id: 2, oid: later }), kept({ id: 1 })]
    expect(shown(plan(twice, { [main]: made })).updates).toEqual([
      { action: 'force', old_oid: made, new_oid: later },
    ])
  })
})
