import type { filterCases } from '../cases/filters.ts'
import {
  type AnyRow,
  type AnyWhere,
  altering,
  answering,
  asking,
  type Defect,
  type DefectsOf,
} from './alter.ts'

type Operands = Readonly<Record<string, unknown>>

/** A condition with an operator, or `undefined` for a bare value. */
const operands = (condition: unknown): Operands | undefined =>
  typeof condition === 'object' && condition !== null ? (condition as Operands) : undefined

const has = (condition: unknown, operator: string): boolean =>
  Object.hasOwn(operands(condition) ?? {}, operator)

/** Asks `find` with other conditions: `undefined` for none. */
const asked = (change: (condition: unknown, field: string) => unknown): Defect =>
  asking(({ where = {}, ...query }) => ({
    ...query,
    where: Object.fromEntries(
      Object.entries(where).map(([field, condition]) => [field, change(condition, field)]),
    ),
  }))

/** Judges some conditions here instead. */
const judging = (
  applies: (condition: unknown) => boolean,
  holds: (value: unknown, condition: Operands) => boolean,
): Defect =>
  altering((inner) => ({
    find: async ({ where = {}, ...query } = {}) => {
      const [own, theirs]: [[string, unknown][], [string, unknown][]] = [[], []]
      for (const entry of Object.entries(where)) (applies(entry[1]) ? own : theirs).push(entry)
      const rows = await inner.find({ ...query, where: Object.fromEntries(theirs) })
      return rows.filter((row) =>
        own.every(([field, condition]) => holds(row[field], operands(condition) ?? { eq: condition })),
      )
    },
  }))

/** Finds also what meets the changed conditions. */
const findingToo = (change: (condition: unknown) => unknown): Defect =>
  altering((inner) => ({
    find: async (query = {}) => {
      const found = await inner.find(query)
      const where: AnyWhere = query.where ?? {}
      const changed = Object.entries(where).map(([field, condition]) => [field, change(condition)] as const)
      if (changed.every(([field, condition]) => condition === where[field])) return found
      const more = await inner.find({ ...query, where: Object.fromEntries(changed) })
      return merged(found, more)
    },
  }))

const merged = (...lists: AnyRow[][]): AnyRow[] => [
  ...new Map(lists.flat().map((row) => [row.id, row])).values(),
]

const text = String

export const filterDefects: DefectsOf<typeof filterCases> = {
  'a bare value means eq, also when it is false': asked((condition) =>
    condition === false ? undefined : condition,
  ),
  'eq finds equal values, also empty text': asked((condition) =>
    operands(condition)?.eq === '' ? undefined : condition,
  ),
  'eq finds text of the same case only': judging(
    (condition) => typeof operands(condition)?.eq === 'string',
    (value, { eq }) => text(value).toLowerCase() === text(eq).toLowerCase(),
  ),
  'eq: null finds null, and nothing else': asked((condition) =>
    operands(condition)?.eq === null ? { in: [] } : condition,
  ),
  'a bare null means eq: null': asked((condition) => condition ?? undefined),
  'in finds each row that has one of the values once': answering((rows, { where = {} }) =>
    Object.entries(where).reduce((found, [field, condition]) => {
      const listed = operands(condition)?.in as unknown[] | undefined
      if (listed === undefined || listed.length > 10) return found
      return found.flatMap((row) => listed.filter((value) => value === row[field]).map(() => row))
    }, rows),
  ),
  'in: [] finds nothing': asked((condition) => {
    const listed = operands(condition)?.in as unknown[] | undefined
    return listed?.length === 0 ? undefined : condition
  }),
  'in finds null when null is listed': asked((condition) => {
    const listed = operands(condition)?.in as unknown[] | undefined
    return listed ? { in: listed.filter((value) => value !== null) } : condition
  }),
  'in takes lists longer than what a statement takes as parameters': asked((condition) => {
    const listed = operands(condition)?.in as unknown[] | undefined
    return listed ? { in: listed.slice(0, 1_000) } : condition
  }),
  'gte includes its bound': answering((rows, { where = {} }) =>
    rows.filter((row) =>
      Object.entries(where).every(([field, condition]) => operands(condition)?.gte !== row[field]),
    ),
  ),
  'lt leaves its bound out': findingToo((condition) =>
    has(condition, 'lt') && !has(condition, 'gte') ? { eq: operands(condition)?.lt } : condition,
  ),
  'gte and lt together find what lies between': asked((condition) =>
    has(condition, 'gte') ? { gte: operands(condition)?.gte } : condition,
  ),
  'gte never finds null': findingToo((condition) => (has(condition, 'gte') ? { eq: null } : condition)),
  'lt never finds null': findingToo((condition) => (has(condition, 'lt') ? { eq: null } : condition)),
  'text is compared by code point': judging(
    (condition) => typeof operands(condition)?.lt === 'string' && !has(condition, 'gte'),
    (value, { lt }) => value !== null && text(value) < text(lt),
  ),
  'capital letters come before small ones': judging(
    (condition) => /^[a-z]$/.test(text(operands(condition)?.lt)) && !has(condition, 'gte'),
    (value, { lt }) => text(value).toLowerCase() < text(lt),
  ),
  'integers are compared as numbers': judging(
    (condition) => typeof operands(condition)?.lt === 'number',
    (value, { lt }) => value !== null && text(value) < text(lt),
  ),
  'contains finds a piece anywhere in the text': judging(
    (condition) => has(condition, 'contains'),
    (value, { contains }) => value !== null && text(value).startsWith(text(contains)),
  ),
  'contains tells capital letters from small ones': judging(
    (condition) => has(condition, 'contains'),
    (value, { contains }) =>
      value !== null && text(value).toLowerCase().includes(text(contains).toLowerCase()),
  ),
  'contains knows no wildcard': judging(
    (condition) => /[%_]/.test(text(operands(condition)?.contains)),
    (value, { contains }) => {
      const literal = text(contains).replaceAll(/[\\^$.*+?()[\]{}|]/g, '.')
      return new RegExp(literal.replaceAll('%', '.*').replaceAll('_', '.')).test(text(value))
    },
  ),
  'contains with an empty piece finds every text': asked((condition) =>
    operands(condition)?.contains === '' ? { in: [] } : condition,
  ),
  'contains never finds null': judging(
    (condition) => has(condition, 'contains'),
    (value, { contains }) => text(value ?? '').includes(text(contains)),
  ),
  'all conditions must hold': altering((inner) => ({
    find: async (query = {}) => {
      const conditions = Object.entries(query.where ?? {}).filter(([, condition]) => condition !== undefined)
      if (conditions.length < 2) return inner.find(query)
      const found = await Promise.all(
        conditions.map((one) => inner.find({ ...query, where: Object.fromEntries([one]) })),
      )
      return merged(...found)
    },
  })),
  'a field that is undefined is no condition': asked((condition) =>
    condition === undefined ? null : condition,
  ),
  'rows are found by id and version too': asked((condition, field) =>
    field === 'id' ? undefined : condition,
  ),
  'count counts the rows that match': altering((inner) => ({ count: () => inner.count() })),
  'count without a condition counts every row': altering((inner) => ({
    count: async (where) => Math.min(20, await inner.count(where)),
  })),
}
