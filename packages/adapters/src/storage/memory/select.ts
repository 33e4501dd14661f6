import type { Stored, StoredRow } from '../columns.ts'
import type { Direction, ResolvedQuery, Test } from '../query.ts'
import { compare } from './compare.ts'

/** Whether a row passes every test. The lists of `in` are made sets once, not per row. */
export function matcher(tests: readonly Test[]): (row: StoredRow) => boolean {
  const checks = tests.map((test) => ({ by: test.by, holds: check(test) }))
  return (row) => checks.every(({ by, holds }) => holds(row[by] ?? null))
}

function check(test: Test): (stored: Stored) => boolean {
  switch (test.kind) {
    case 'eq':
      return (stored) => stored === test.value
    case 'in': {
      const values = new Set(test.values)
      return (stored) => values.has(stored)
    }
    case 'gte':
      return (stored) => stored !== null && compare(stored, test.value) >= 0
    case 'lt':
      return (stored) => stored !== null && compare(stored, test.value) < 0
    case 'contains':
      return (stored) => typeof stored === 'string' && stored.includes(test.value)
  }
}

function comparison(order: readonly Direction[]) {
  return (a: StoredRow, b: StoredRow): number => {
    for (const { by, descending } of order) {
      const difference = compare(a[by] ?? null, b[by] ?? null)
      if (difference !== 0) return descending ? -difference : difference
    }
    return 0
  }
}

/** The rows that a query answers, in its order. */
export function select(rows: Iterable<StoredRow>, query: ResolvedQuery): StoredRow[] {
  const { order, after, offset, limit } = query
  const byOrder = comparison(order)
  const matches = matcher(query.tests)
  const last = after && Object.fromEntries(order.map(({ by }, index) => [by, after[index] ?? null]))
  return [...rows]
    .filter((row) => matches(row) && (last === undefined || byOrder(row, last) > 0))
    .sort(byOrder)
    .slice(offset, limit === undefined ? undefined : offset + limit)
}
