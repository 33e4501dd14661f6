import { type TableName, tables } from '../../../ports/index.ts'
import type { lifecycleCases } from '../cases/lifecycle.ts'
import { alterAdapter, altering, collectionIn, type DefectsOf, inCollections } from './alter.ts'

const allTables = Object.keys(tables) as TableName[]

export const lifecycleDefects: DefectsOf<typeof lifecycleCases> = {
  'the adapter has a name and says what it can': (adapter) =>
    alterAdapter(adapter, {
      capabilities: { ...adapter.capabilities, shared: undefined as unknown as boolean },
    }),
  'a new storage has every table, empty': altering((inner, { table }) => ({
    count: async (where) => (await inner.count(where)) + Number(table === 'audit_intents'),
  })),
  'close waits for what is under way': (adapter) =>
    alterAdapter(adapter, {
      close: async () => {
        void adapter.close()
      },
    }),
  'what was stored is there after a restart': (adapter) =>
    alterAdapter(adapter, {
      open: async () => {
        await adapter.open()
        for (const table of allTables) await collectionIn(adapter, table).deleteWhere({})
      },
    }),
  'what one adapter commits another one over the same data reads': (adapter) => {
    const known = new Set<string>()
    const knowing = inCollections(() => (inner, { table }) => ({
      insert: async (row) => {
        const answer = await inner.insert(row)
        known.add(`${table} ${answer.id}`)
        return answer
      },
      get: async (id) => (known.has(`${table} ${id}`) ? inner.get(id) : undefined),
    }))(adapter)
    return alterAdapter(knowing, {
      open: async () => {
        await adapter.open()
        for (const table of allTables) {
          for (const { id } of await collectionIn(adapter, table).find()) known.add(`${table} ${id}`)
        }
      },
    })
  },
}
