import type { valueCases } from '../cases/values.ts'
import { type AnyRow, altering, answering, type Defect, type DefectsOf } from './alter.ts'

/** What every text of a new row becomes before it is stored. */
const storingText = (change: (text: string) => string): Defect =>
  altering((inner) => ({
    insert: (row) => inner.insert(typeof row.text === 'string' ? { ...row, text: change(row.text) } : row),
  }))

/** What the text of a row becomes when it is read. */
const readingText = (change: (text: string) => unknown): Defect =>
  altering((inner, { table }) => ({
    get: async (id) => {
      const row = await inner.get(id)
      return row && table === 'run_log' ? { ...row, text: change(String(row.text)) } : row
    },
  }))

/** What the JSON of an audit entry becomes when it is read. */
const readingJson = (change: (value: unknown) => unknown): Defect =>
  altering((inner, { table }) => ({
    get: async (id) => {
      const row = await inner.get(id)
      return row && table === 'audit_log' ? { ...row, details: change(row.details) } : row
    },
  }))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
}

function copiedByAssignment(value: unknown): unknown {
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) copy[name] = field
  return copy
}

const findingFields = (change: (value: unknown) => unknown): Defect =>
  answering((rows) =>
    rows.map(
      (row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)])) as AnyRow,
    ),
  )

export const valueDefects: DefectsOf<typeof valueCases> = {
  'integers keep every digit up to ±(2^53 − 1)': altering((inner) => ({
    get: async (id) => {
      const row = await inner.get(id)
      return row && 'size_bytes' in row ? { ...row, size_bytes: Number(row.size_bytes) | 0 } : row
    },
  })),
  'text keeps every code point, and is not normalised': readingText((text) => text.normalize('NFC')),
  'text that looks like something else stays text': readingText((text) =>
    /^\d+$/.test(text) ? Number(text) : text,
  ),
  'text keeps its line ends, quotes and backslashes': readingText((text) => text.replaceAll('\r', '')),
  'text keeps the spaces at its ends': readingText((text) => text.replace(/ +$/, '')),
  'empty text is not null': readingText((text) => (text === '' ? null : text)),
  'text may be a megabyte long': storingText((text) => text.slice(0, 65_535)),
  'booleans are true and false': findingFields((value) =>
    typeof value === 'boolean' ? Number(value) : value,
  ),
  'null is null, not absent and not empty': answering((rows) =>
    rows.map((row) => (row.default_branch === null ? { ...row, default_branch: '' } : row)),
  ),
  'JSON keeps its whole shape': readingJson(withoutNulls),
  'JSON may be any value, not only an object': readingJson((value) => value ?? {}),
  'JSON keeps a field called __proto__': readingJson(copiedByAssignment),
}
