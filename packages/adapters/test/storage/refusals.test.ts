import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import type { Collection, StorageAdapter, TableName, Tables } from '@gitferry/core/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

type Lines = Collection<Tables['run_log']>

const line = { run_id: 1, at: '2026-01-02T03:04:05.678Z', text: 'a' }

/** What the types forbid, and untyped callers send. */
const unchecked = <Value>(value: unknown) => value as Value

const refused: readonly { readonly what: string; readonly ask: (lines: Lines) => Promise<unknown> }[] = [
  { what: 'a column that is none', ask: (lines) => lines.insert(unchecked({ ...line, extra: 1 })) },
  { what: 'an id', ask: (lines) => lines.insert(unchecked({ ...line, id: 5 })) },
  { what: 'a version in changes', ask: (lines) => lines.update(1, unchecked({ version: 5 })) },
  { what: 'a missing field', ask: (lines) => lines.insert(unchecked({ run_id: 1, text: 'a' })) },
  { what: 'a date for text', ask: (lines) => lines.insert(unchecked({ ...line, at: new Date(0) })) },
  { what: 'half a surrogate pair', ask: (lines) => lines.insert({ ...line, text: '\ud800' }) },
  { what: 'a fraction for an integer', ask: (lines) => lines.insert({ ...line, run_id: 1.5 }) },
  { what: 'NaN for an integer', ask: (lines) => lines.update(1, { run_id: Number.NaN }) },
  { what: 'a filter by no column', ask: (lines) => lines.find({ where: unchecked({ '1=1 --': 1 }) }) },
  { what: 'an order by no column', ask: (lines) => lines.find({ order: [{ by: unchecked('id; --') }] }) },
  { what: 'an unknown operator', ask: (lines) => lines.count({ run_id: unchecked({ gt: 1 }) }) },
  {
    what: 'an operator without a value',
    ask: (lines) => lines.deleteWhere({ text: { eq: unchecked(undefined) } }),
  },
  { what: 'a bound that is null', ask: (lines) => lines.count({ run_id: { lt: unchecked(null) } }) },
  { what: 'in without a list', ask: (lines) => lines.count({ text: { in: unchecked('abc') } }) },
  { what: 'contains on an integer', ask: (lines) => lines.count({ run_id: unchecked({ contains: '1' }) }) },
  { what: 'a negative limit', ask: (lines) => lines.find({ limit: -1 }) },
  { what: 'an offset that is no integer', ask: (lines) => lines.find({ offset: 0.5 }) },
  {
    what: 'after without an ordered field',
    ask: (lines) => lines.find({ order: [{ by: 'text' }], after: { id: 1 } }),
  },
]

const adapters: readonly { readonly name: string; readonly make: () => StorageAdapter }[] = [
  { name: 'memoryStorage', make: () => memoryStorage() },
  { name: 'sqliteStorage', make: () => sqliteStorage({ path: ':memory:' }) },
]

describe.each(adapters)('$name refuses', ({ make }) => {
  let storage: StorageAdapter

  beforeEach(async () => {
    storage = make()
    await storage.open()
    await storage.collection('run_log').insert(line)
  })

  afterEach(() => storage.close())

  it.each(refused)('$what, and changes nothing', async ({ ask }) => {
    await expect(ask(storage.collection('run_log'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    expect(await storage.collection('run_log').find()).toMatchObject([{ ...line, version: 1 }])
  })

  it('a filter by JSON', async () => {
    const where = unchecked<object>({ refs: { eq: '[]' } })
    await expect(storage.collection('tasks').find({ where })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    })
  })

  it('a table that is none', () => {
    expect(() => storage.collection(unchecked<TableName>('sqlite_schema'))).toThrow(/sqlite_schema/)
  })
})
