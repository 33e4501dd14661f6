import { describe, expect, it } from 'vitest'
import type { KeptRefRow, RunRef } from '../../src/contract/index.ts'
import { settledKeptRef } from '../../src/services/settled-kept-ref.ts'

const old = 'a'.repeat(40)
const wanted = 'b'.repeat(40)
const other = 'c'.repeat(40)
const firstAttempt = { attempt: 1, started_at: '2026-01-01T00:00:00.000Z' }
const secondAttempt = { attempt: 2, started_at: '2026-01-01T00:10:00.000Z' }

const row = (fields: Partial<KeptRefRow> = {}) =>
  ({
    ref: 'refs/heads/main',
    oid: old,
    became_oid: wanted,
    kept_at: '2026-01-01T00:00:01.000Z',
    ...fields,
  }) as KeptRefRow

const landed = (...tries: Partial<RunRef>[]) =>
  tries.map((fields) => ({
    target_ref: 'refs/heads/main',
    old_oid: old,
    new_oid: wanted,
    outcome: 'updated',
    failure_class: null,
    ...fields,
  })) as RunRef[]

const letGo = { stays: false }
const stays = { stays: true, became_oid: wanted }

describe('a planned value', () => {
  it('stays where the target took the update, with what it became', () => {
    expect(settledKeptRef(row(), firstAttempt, landed({}))).toEqual(stays)
    const deleted = settledKeptRef(row(), firstAttempt, landed({ new_oid: null }))
    expect(deleted).toEqual({ stays: true, became_oid: null })
  })

  it('is let go where somebody else made the same of the ref: the run took nothing away', () => {
    const tries = landed({ outcome: 'stale' }, { outcome: 'in_step' })
    expect(settledKeptRef(row(), firstAttempt, tries)).toEqual(letGo)
  })

  it('stays where the ref is found changed after a try of which nothing was heard', () => {
    const tries = landed({ outcome: 'failed', failure_class: 'network' }, { outcome: 'in_step' })
    expect(settledKeptRef(row(), firstAttempt, tries)).toEqual(stays)
  })

  it.each([
    'rejected',
    'stale',
    'checked_out',
    'protected',
    'skipped',
    'conflict',
    'held',
    'failed',
  ] as const)('is let go where the outcome is %s', (outcome) => {
    expect(settledKeptRef(row(), firstAttempt, landed({ outcome }))).toEqual(letGo)
  })

  it('stays where the network failed before the target answered', () => {
    const unheard = landed({ outcome: 'failed', failure_class: 'network' })
    expect(settledKeptRef(row(), firstAttempt, unheard)).toEqual(stays)
  })

  it('stays where nothing is said of its ref', () => {
    expect(settledKeptRef(row(), firstAttempt, [])).toEqual(stays)
    expect(settledKeptRef(row(), firstAttempt, landed({ target_ref: 'refs/heads/x' }))).toEqual(stays)
  })

  it('is let go where the target took nothing', () => {
    expect(settledKeptRef(row(), firstAttempt, 'nothing')).toEqual(letGo)
  })

  it('stays where no try tells of taking it away, though others told of the ref', () => {
    expect(settledKeptRef(row(), firstAttempt, landed({ old_oid: other }))).toEqual(stays)
  })

  it('stays where one try took it away and a later one took what came after', () => {
    const tries = landed({}, { old_oid: other, new_oid: wanted })
    expect(settledKeptRef(row(), firstAttempt, tries)).toEqual(stays)
  })

  it('is let go where the target had moved on before the only try at it', () => {
    const tries = landed({ outcome: 'stale' }, { old_oid: other, outcome: 'updated' })
    expect(settledKeptRef(row(), firstAttempt, tries)).toEqual(letGo)
  })

  it('stays where an attempt that was cut short may have taken it away', () => {
    expect(settledKeptRef(row(), secondAttempt, landed({ old_oid: other }))).toEqual(stays)
    expect(settledKeptRef(row(), secondAttempt, 'nothing')).toEqual(stays)
  })

  it('is let go where the later attempt still found it, and did not take it either', () => {
    expect(settledKeptRef(row(), secondAttempt, landed({ outcome: 'rejected' }))).toEqual(letGo)
  })

  it('is let go where the later attempt itself had planned it and took nothing', () => {
    const later = row({ kept_at: '2026-01-01T00:10:01.000Z' })
    expect(settledKeptRef(later, secondAttempt, 'nothing')).toEqual(letGo)
  })
})
