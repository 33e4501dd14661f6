import type { orderCases } from '../cases/order.ts'
import { type AnyQuery, type AnyRow, answering, asking, type DefectsOf } from './alter.ts'

type Order = NonNullable<AnyQuery['order']>[number]

/** Sorts once more by the first order, where `applies`; the sort is stable. */
const sorting = (
  applies: (rows: AnyRow[], order: Order) => boolean,
  compare: (a: unknown, b: unknown) => number,
) =>
  answering((rows, { order: [first] = [] }) => {
    if (first === undefined || !applies(rows, first)) return rows
    const sign = first.direction === 'desc' ? -1 : 1
    return rows.toSorted((a, b) => sign * compare(a[first.by], b[first.by]))
  })

const nullsTo = (end: 'first' | 'last', direction: 'asc' | 'desc') =>
  answering((rows, { order: [first] = [] }) => {
    if (first?.direction !== direction) return rows
    const nulls = rows.filter((row) => row[first.by] === null)
    const others = rows.filter((row) => row[first.by] !== null)
    return end === 'first' ? [...nulls, ...others] : [...others, ...nulls]
  })

export const orderDefects: DefectsOf<typeof orderCases> = {
  'rows come by id when no order is asked for': answering((rows, { order }) =>
    order === undefined ? rows.toSorted((a, b) => a.version - b.version) : rows,
  ),
  'an order is ascending unless it says otherwise': asking((query) => ({
    ...query,
    order: (query.order ?? []).map(({ by, direction = 'desc' }) => ({ by, direction })),
  })),
  'descending is the other way round': asking((query) => ({
    ...query,
    order: (query.order ?? []).map((one) => (one.by === 'text' ? { by: 'text' } : one)),
  })),
  'text is ordered by code point': sorting(
    (_, { by }) => by === 'text',
    (a, b) => String(a).localeCompare(String(b), 'en'),
  ),
  'integers are ordered as numbers': sorting(
    (rows, { by }) => rows.every((row) => typeof row[by] === 'number'),
    (a, b) => (String(a) < String(b) ? -1 : Number(String(a) > String(b))),
  ),
  'each order has a direction of its own': asking((query) => ({
    ...query,
    order: (query.order ?? []).map(({ by }, _, [first]) => ({ by, direction: first?.direction ?? 'asc' })),
  })),
  'ties are broken by id, in the direction of the last order': asking((query) => {
    const { order = [] } = query
    return order.some(({ by }) => by === 'id') ? query : { ...query, order: [...order, { by: 'id' }] }
  }),
  'nulls come first when ascending': nullsTo('last', 'asc'),
  'nulls come last when descending': nullsTo('first', 'desc'),
}
