import assert from 'node:assert/strict'
import type { StorageAdapter, Tables, Where } from '../../../ports/index.ts'
import { sorted } from '../expect.ts'
import { newLine, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** Finds among lines of these texts; the answer's order is of no account here. */
async function findTexts(storage: StorageAdapter, texts: readonly string[], where: Where<Tables['run_log']>) {
  const lines = storage.collection('run_log')
  for (const text of texts) await lines.insert(newLine(text))
  return sorted((await lines.find({ where })).map((row) => row.text))
}

/** Finds among repositories named by their place, and answers the places. */
async function findRepos(
  storage: StorageAdapter,
  rows: readonly Parameters<typeof newRepo>[1][],
  where: Where<Tables['repos']>,
) {
  const repos = storage.collection('repos')
  for (const [place, given] of rows.entries()) await repos.insert(newRepo(`${place}`, given))
  return sorted((await repos.find({ where })).map((row) => Number(row.name)))
}

/** What rows a condition matches. */
export const filterCases = storageCases({
  'a bare value means eq, also when it is false': {
    defect: 'a bare false is taken for no condition',
    async run({ storage }) {
      const found = await findRepos(storage, [{ is_bare: true }, { is_bare: false }], { is_bare: false })
      assert.deepEqual(found, [1])
    },
  },
  'eq finds equal values, also empty text': {
    defect: 'eq with empty text is taken for no condition',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['', 'a'], { text: { eq: '' } }), [''])
    },
  },
  'eq finds text of the same case only': {
    defect: 'eq does not tell capital letters from small ones',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['A', 'a'], { text: { eq: 'a' } }), ['a'])
    },
  },
  'eq: null finds null, and nothing else': {
    defect: 'eq: null finds nothing, as "= null" does in SQL',
    async run({ storage }) {
      const rows = [{ default_branch: null }, { default_branch: '' }]
      assert.deepEqual(await findRepos(storage, rows, { default_branch: { eq: null } }), [0])
    },
  },
  'a bare null means eq: null': {
    defect: 'a bare null is taken for no condition',
    async run({ storage }) {
      const rows = [{ ssh_key_id: null }, { ssh_key_id: 1 }]
      assert.deepEqual(await findRepos(storage, rows, { ssh_key_id: null }), [0])
    },
  },
  'in finds each row that has one of the values once': {
    defect: 'in finds a row once for each time that its value is listed',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['a', 'b', 'c'], { text: { in: ['a', 'b', 'a'] } }), [
        'a',
        'b',
      ])
    },
  },
  'in: [] finds nothing': {
    defect: 'an empty list is taken for no condition',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['a'], { text: { in: [] } }), [])
    },
  },
  'in finds null when null is listed': {
    defect: 'in never finds null, as in SQL',
    async run({ storage }) {
      const rows = [{ ssh_key_id: null }, { ssh_key_id: 1 }, { ssh_key_id: 2 }]
      assert.deepEqual(await findRepos(storage, rows, { ssh_key_id: { in: [null, 1] } }), [0, 1])
    },
  },
  'in takes lists longer than what a statement takes as parameters': {
    defect: 'in looks at the first 1,000 values only',
    async run({ storage }) {
      const values = Array.from({ length: 40_000 }, (_, index) => `${index}`)
      assert.deepEqual(await findTexts(storage, ['39999', 'a'], { text: { in: values } }), ['39999'])
    },
  },
  'gte includes its bound': {
    defect: 'gte leaves its bound out',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['a', 'b', 'c'], { text: { gte: 'b' } }), ['b', 'c'])
    },
  },
  'lt leaves its bound out': {
    defect: 'lt includes its bound',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['a', 'b', 'c'], { text: { lt: 'b' } }), ['a'])
    },
  },
  'gte and lt together find what lies between': {
    defect: 'lt is forgotten next to gte',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['a', 'c', 'e'], { text: { gte: 'b', lt: 'd' } }), ['c'])
    },
  },
  'gte never finds null': {
    defect: 'gte finds null, as if it were the largest value',
    async run({ storage }) {
      const rows = [{ ssh_key_id: null }, { ssh_key_id: 5 }]
      assert.deepEqual(await findRepos(storage, rows, { ssh_key_id: { gte: 4 } }), [1])
    },
  },
  'lt never finds null': {
    defect: 'lt finds null, as if it were the smallest value',
    async run({ storage }) {
      const rows = [{ ssh_key_id: null }, { ssh_key_id: 5 }]
      assert.deepEqual(await findRepos(storage, rows, { ssh_key_id: { lt: 6 } }), [1])
    },
  },
  'text is compared by code point': {
    defect: 'text is compared by UTF-16 code unit',
    async run({ storage }) {
      const found = await findTexts(storage, ['\u{1f680}', '\ufb01'], { text: { lt: '\uffee' } })
      assert.deepEqual(found, ['\ufb01'])
    },
  },
  'capital letters come before small ones': {
    defect: 'text is compared without regard to capital letters, as NOCASE does',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['B', 'b'], { text: { lt: 'a' } }), ['B'])
    },
  },
  'integers are compared as numbers': {
    defect: 'integers are compared as text',
    async run({ storage }) {
      const rows = [{ size_bytes: 9 }, { size_bytes: 100 }]
      assert.deepEqual(await findRepos(storage, rows, { size_bytes: { lt: 10 } }), [0])
    },
  },
  'contains finds a piece anywhere in the text': {
    defect: 'contains finds the piece at the beginning only',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['xab', 'ab', 'axb'], { text: { contains: 'ab' } }), [
        'ab',
        'xab',
      ])
    },
  },
  'contains tells capital letters from small ones': {
    defect: 'contains does not tell capital letters from small ones',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['Main', 'main'], { text: { contains: 'main' } }), ['main'])
    },
  },
  'contains knows no wildcard': {
    defect: 'contains takes % and _ for wildcards',
    async run({ storage }) {
      const texts = ['a%_\\*?z', 'axxxxxz']
      assert.deepEqual(await findTexts(storage, texts, { text: { contains: 'a%_\\*?z' } }), ['a%_\\*?z'])
    },
  },
  'contains with an empty piece finds every text': {
    defect: 'an empty piece is found in no text',
    async run({ storage }) {
      assert.deepEqual(await findTexts(storage, ['', 'a'], { text: { contains: '' } }), ['', 'a'])
    },
  },
  'contains never finds null': {
    defect: 'contains takes null for empty text',
    async run({ storage }) {
      const found = await findRepos(storage, [{ default_branch: null }], { default_branch: { contains: '' } })
      assert.deepEqual(found, [])
    },
  },
  'all conditions must hold': {
    defect: 'it is enough that one condition holds',
    async run({ storage }) {
      const rows = [{ size_bytes: 1, is_bare: true }, { size_bytes: 1 }, { size_bytes: 2, is_bare: true }]
      assert.deepEqual(await findRepos(storage, rows, { size_bytes: 1, is_bare: true }), [0])
    },
  },
  'a field that is undefined is no condition': {
    defect: 'a field that is undefined is taken for null',
    async run({ storage }) {
      const rows = [{ credential_id: null }, { credential_id: 1 }]
      assert.deepEqual(await findRepos(storage, rows, { credential_id: undefined }), [0, 1])
    },
  },
  'rows are found by id and version too': {
    defect: 'a condition on the id is overlooked',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.insert(newLine('b'))
      await lines.update(id, {})
      for (const where of [{ id }, { version: 2 }]) {
        assert.deepEqual(
          (await lines.find({ where })).map((row) => row.text),
          ['a'],
        )
      }
    },
  },
  'count counts the rows that match': {
    defect: 'count counts every row, whatever the conditions',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b']) await lines.insert(newLine(text))
      assert.equal(await lines.count({ text: 'a' }), 1)
    },
  },
  'count without a condition counts every row': {
    defect: 'count goes no further than a page of 20',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (let line = 0; line < 25; line++) await lines.insert(newLine('a'))
      assert.equal(await lines.count(), 25)
    },
  },
})
