import { join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { describeStorage } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const runner = { describe, it, beforeEach, afterEach }

describe('sqliteStorage on a file', () => {
  describeStorage(runner, async () => {
    const folder = temporaryFolder()
    const again = () => sqliteStorage({ path: join(folder.path, 'gitferry.db') })
    return { adapter: again(), again, dispose: async () => folder[Symbol.dispose]() }
  })
})

describe('sqliteStorage in memory', () => {
  describeStorage(runner, async () => ({
    adapter: sqliteStorage({ path: ':memory:' }),
    dispose: async () => {},
  }))

  it('says that nothing is left after a restart', () => {
    expect(sqliteStorage({ path: ':memory:' }).capabilities).toEqual({ durable: false, shared: false })
    expect(sqliteStorage({ path: 'gitferry.db' }).capabilities).toEqual({ durable: true, shared: false })
  })
})
