import type { Condition, ScalarKey, Where } from '../ports/index.ts'

/** What `where` asks for, of the rows alone whose `columns` all hold one of `ids`. Pure. */
export function narrowWhere<Row>(
  where: Where<Row>,
  columns: readonly ScalarKey<Row>[],
  ids: readonly number[],
): Where<Row> {
  const narrowed = columns.map((column) => {
    const condition = where[column] as Condition<number | null> | undefined
    return [column, { in: ids.filter((id) => meets(id, condition)) }]
  })
  return { ...where, ...Object.fromEntries(narrowed) }
}

/** As a storage decides it. No number contains a piece of text. */
function meets(id: number, condition: Condition<number | null> | undefined): boolean {
  if (condition === undefined) return true
  if (typeof condition !== 'object' || condition === null) return condition === id
  if ('eq' in condition) return condition.eq === id
  if ('in' in condition) return condition.in.includes(id)
  if ('contains' in condition) return false
  const { gte = id, lt } = condition
  return id >= gte && (lt === undefined || id < lt)
}
