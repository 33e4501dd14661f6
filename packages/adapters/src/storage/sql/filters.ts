import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { Stored } from '../columns.ts'
import type { Direction, ResolvedQuery, Test } from '../query.ts'
import type { SqlRow } from './database.ts'
import type { SqlDialect } from './dialect.ts'
import { toSql } from './rows.ts'

const eb = expressionBuilder<Record<string, SqlRow>, string>()

function condition(dialect: SqlDialect, test: Test): Expression<SqlBool> {
  const { by } = test
  switch (test.kind) {
    case 'eq':
      return test.value === null ? eb(by, 'is', null) : eb(by, '=', toSql(test.value))
    case 'gte':
      return eb(by, '>=', toSql(test.value))
    case 'lt':
      return eb(by, '<', toSql(test.value))
    case 'contains':
      return dialect.contains(by, test.value)
    case 'in': {
      const values = test.values.filter((value) => value !== null)
      const listed = dialect.oneOf(by, values.map(toSql))
      return values.length === test.values.length ? listed : eb.or([listed, eb(by, 'is', null)])
    }
  }
}

/** All of the tests as one condition. */
export const allOf = (dialect: SqlDialect, tests: readonly Test[]): Expression<SqlBool> =>
  eb.and(tests.map((test) => condition(dialect, test)))

function beyond({ by, descending, nullable }: Direction, value: Stored): Expression<SqlBool> {
  if (!descending) return eb(by, '>', toSql(value))
  // nulls come last when descending, and no comparison finds them
  return nullable ? eb.or([eb(by, '<', toSql(value)), eb(by, 'is', null)]) : eb(by, '<', toSql(value))
}

/** What comes after the given values in the order: beyond the first, or equal in it and beyond the second, … */
export function comesAfter(query: ResolvedQuery): Expression<SqlBool> | undefined {
  const { order, after } = query
  if (after === undefined) return undefined
  const ways = order.map((direction, place) =>
    eb.and([
      ...order.slice(0, place).map(({ by }, index) => eb(by, '=', toSql(after[index]!))),
      beyond(direction, after[place]!),
    ]),
  )
  const first = order[0]!
  if (first.nullable || order.length === 1) return eb.or(ways)
  // says nothing new, but lets the database begin in the middle of an index, which it does not for "or"
  const bound = eb(first.by, first.descending ? '<=' : '>=', toSql(after[0]!))
  return eb.and([bound, eb.or(ways)])
}
