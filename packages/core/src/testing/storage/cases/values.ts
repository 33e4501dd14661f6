import assert from 'node:assert/strict'
import type { StorageAdapter } from '../../../ports/index.ts'
import { newEntry, newLine, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

async function keepsText(storage: StorageAdapter, texts: readonly string[]): Promise<void> {
  const lines = storage.collection('run_log')
  for (const text of texts) {
    const { id } = await lines.insert(newLine(text))
    assert.equal((await lines.get(id))?.text, text)
  }
}

async function keepsJson(storage: StorageAdapter, values: readonly unknown[]): Promise<void> {
  const entries = storage.collection('audit_log')
  for (const [seq, value] of values.entries()) {
    // the record's own type takes objects only, the column any JSON value
    const { id } = await entries.insert(newEntry({ seq, details: value as Record<string, never> }))
    assert.deepEqual((await entries.get(id))?.details, value)
  }
}

/** Values come back as they went in. */
export const valueCases = storageCases({
  'integers keep every digit up to ±(2^53 − 1)': {
    defect: 'integers are cut to 32 bits',
    async run({ storage }) {
      const repos = storage.collection('repos')
      for (const size_bytes of [0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
        const { id } = await repos.insert(newRepo(`a ${size_bytes}`, { size_bytes }))
        assert.equal((await repos.get(id))?.size_bytes, size_bytes)
      }
    },
  },
  'text keeps every code point, and is not normalised': {
    defect: 'text is stored in Unicode normal form C',
    run: ({ storage }) =>
      keepsText(storage, ['e\u0301 is not \u00e9', '\u{1f469}\u200d\u{1f680}', '\u05d0\u202e\ufeff']),
  },
  'text that looks like something else stays text': {
    defect: 'text made of digits comes back as a number',
    run: ({ storage }) => keepsText(storage, ['123', '007', '1e3', 'null', 'true', '{"a":1}', '2026-01-02']),
  },
  'text keeps its line ends, quotes and backslashes': {
    defect: 'carriage returns are lost',
    run: ({ storage }) => keepsText(storage, ['a\r\nb\rc\n', `'";--`, '\\n\\', '\t%_?$1:a@b']),
  },
  'text keeps the spaces at its ends': {
    defect: 'text is trimmed at its end',
    run: ({ storage }) => keepsText(storage, ['  a  ', ' ']),
  },
  'empty text is not null': {
    defect: 'empty text comes back as null',
    run: ({ storage }) => keepsText(storage, ['']),
  },
  'text may be a megabyte long': {
    defect: 'text is cut at 65,535 characters',
    run: ({ storage }) => keepsText(storage, ['0123456789abcdef'.repeat(65_536)]),
  },
  'booleans are true and false': {
    defect: 'find answers booleans as 1 and 0',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a', { is_bare: true }))
      await repos.insert(newRepo('b', { is_bare: false }))
      const found = await repos.find({ order: [{ by: 'name', direction: 'asc' }] })
      assert.deepEqual(
        found.map((row) => row.is_bare),
        [true, false],
      )
    },
  },
  'null is null, not absent and not empty': {
    defect: 'find answers null as empty text',
    async run({ storage }) {
      await storage.collection('repos').insert(newRepo('a', { default_branch: null }))
      const [row] = await storage.collection('repos').find()
      assert.equal(row?.default_branch, null)
    },
  },
  'JSON keeps its whole shape': {
    defect: 'fields of a JSON object that are null are lost',
    run: ({ storage }) =>
      keepsJson(storage, [
        {},
        { a: null, b: [], c: {}, d: [[{ e: 'f' }]] },
        { number: -1.5, large: 1e300, text: '\u{1f680}"\\\n', flag: false },
      ]),
  },
  'JSON may be any value, not only an object': {
    defect: 'JSON null is answered as an empty object',
    run: ({ storage }) => keepsJson(storage, [null, 'null', '', 0, false, [], [null]]),
  },
  'JSON keeps a field called __proto__': {
    defect: 'JSON is copied by assignment, which takes __proto__ for the prototype',
    run: ({ storage }) => keepsJson(storage, [JSON.parse('{"__proto__":{"a":1},"constructor":"b"}')]),
  },
})
