import { memoryStorage } from '@gitferry/adapters/storage/memory'
import type { StorageAdapter } from '@gitferry/core/ports'
import {
  type Defect,
  describeStorage,
  type StorageSubject,
  storageDefects,
  storageThemes,
} from '@gitferry/core/testing'
import { describe, expect, it } from 'vitest'
import { CollectingRunner } from './collecting-runner.ts'

/** Memory that outlives its adapters and serves several at once, so that no case is left out. */
async function lastingMemory(defect: Defect): Promise<StorageSubject> {
  const memory = memoryStorage()
  await memory.open()
  const again = (): StorageAdapter =>
    defect({
      name: 'lasting memory',
      capabilities: { durable: true, shared: true },
      open: async () => {},
      close: () => memory.transaction(async () => {}),
      collection: (name) => memory.collection(name),
      transaction: (work) => memory.transaction(work),
    })
  return { adapter: again(), again, dispose: () => memory.close() }
}

function suiteOn(defect: Defect): CollectingRunner {
  const runner = new CollectingRunner()
  describeStorage(runner, () => lastingMemory(defect))
  return runner
}

const cases = Object.values(storageThemes).flatMap((theme) => Object.entries(theme))

describe('the storage suite', () => {
  it('accepts an adapter without a defect', async () => {
    expect(await suiteOn((adapter) => adapter).failures()).toEqual(new Map())
  })

  it('has one defect for each case, and each rule once', () => {
    const rules = cases.map(([rule]) => rule)
    expect(suiteOn((adapter) => adapter).names).toEqual(rules)
    expect(new Set(rules).size).toBe(rules.length)
    expect(Object.keys(storageDefects).sort()).toEqual(rules.toSorted())
    expect(new Set(cases.map(([, { defect }]) => defect)).size).toBe(rules.length)
  })

  it.each(cases.map(([rule, { defect }]) => ({ rule, defect })))(
    'rejects by one case: $defect',
    async ({ rule }) => {
      const failures = await suiteOn(storageDefects[rule]!).failures()
      expect([...failures.keys()]).toEqual([rule])
    },
  )
})
