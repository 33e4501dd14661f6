import type { TableName } from '@gitferry/core/ports'
import { columnOf, type Stored, toStored } from './columns.ts'
import { storageFailed } from './failure.ts'

/** One thing that a field must satisfy. */
export type Test =
  | { readonly by: string; readonly kind: 'eq' | 'gte' | 'lt'; readonly value: Stored }
  | { readonly by: string; readonly kind: 'contains'; readonly value: string }
  | { readonly by: string; readonly kind: 'in'; readonly values: readonly Stored[] }

export interface Direction {
  readonly by: string
  readonly descending: boolean
  readonly nullable: boolean
}

/** A query with every default filled in and every name and value checked. */
export interface ResolvedQuery {
  readonly tests: readonly Test[]
  /** Total: `id` is among them. */
  readonly order: readonly Direction[]
  /** As many values as `order` has entries, none of them null. */
  readonly after: readonly Stored[] | undefined
  readonly limit: number | undefined
  readonly offset: number
}

/** `Query` without its row type: the checks here are at run time. */
interface AnyQuery {
  readonly where?: object
  readonly order?: readonly { readonly by: string; readonly direction?: 'asc' | 'desc' }[]
  readonly limit?: number
  readonly offset?: number
  readonly after?: object
}

function testOf(table: TableName, by: string, kind: string, value: unknown): Test {
  switch (kind) {
    case 'gte':
    case 'lt':
      if (value === null) throw storageFailed(`Nothing can be compared with null: ${table}.${by}.`)
      return { by, kind, value: toStored(table, by, value) }
    case 'eq':
      return { by, kind, value: value === null ? null : toStored(table, by, value) }
    case 'in':
      if (!Array.isArray(value)) break
      return { by, kind, values: value.map((one) => (one === null ? null : toStored(table, by, one))) }
    case 'contains':
      if (typeof value !== 'string' || columnOf(table, by).type !== 'text') break
      return { by, kind, value }
  }
  throw storageFailed(`${table}.${by} cannot be filtered by this ${kind}.`)
}

/** @throws STORAGE_FAILED for an unknown column, an unknown condition, or a value that the column cannot hold */
export function resolveWhere(table: TableName, where: object = {}): Test[] {
  return Object.entries(where).flatMap(([by, condition]: [string, unknown]) => {
    if (condition === undefined) return []
    scalarColumn(table, by)
    if (typeof condition !== 'object' || condition === null) return testOf(table, by, 'eq', condition)
    return Object.entries(condition).map(([kind, value]) => testOf(table, by, kind, value))
  })
}

function scalarColumn(table: TableName, by: string) {
  const column = columnOf(table, by)
  if (column.type === 'json') throw storageFailed(`${table}.${by} is JSON: nothing filters or orders by it.`)
  return column
}

function totalOrder(table: TableName, order: AnyQuery['order'] = []): Direction[] {
  const total = order.map(({ by, direction }) => ({
    by,
    descending: direction === 'desc',
    nullable: scalarColumn(table, by).nullable,
  }))
  if (total.some(({ by }) => by === 'id')) return total
  return [...total, { by: 'id', descending: total.at(-1)?.descending ?? false, nullable: false }]
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw storageFailed(`The ${name} of a query must be an integer from 0 on.`)
}

/** @throws STORAGE_FAILED for what `resolveWhere` refuses, `offset` together with `after`, or half an `after` */
export function resolveQuery(table: TableName, query: AnyQuery = {}): ResolvedQuery {
  const order = totalOrder(table, query.order)
  if (query.after !== undefined && query.offset !== undefined) {
    throw storageFailed('A query takes either an offset or the row to go on after, not both.')
  }
  const last = query.after && new Map<string, unknown>(Object.entries(query.after))
  const after = last && order.map(({ by }) => last.get(by) ?? missing(table, by))
  return {
    tests: resolveWhere(table, query.where),
    order,
    after: after?.map((value, index) => toStored(table, order[index]!.by, value)),
    limit: query.limit === undefined ? undefined : count('limit', query.limit),
    offset: count('offset', query.offset ?? 0),
  }
}

function missing(table: TableName, by: string): never {
  throw storageFailed(`To go on after a row of ${table}, its ${by} must be given and not be null.`)
}
