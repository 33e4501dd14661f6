import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const line = { run_id: 1, at: '2026-01-02T03:04:05.678Z', text: 'a' }

describe('sqliteStorage beside another process that holds the lock', () => {
  it.each([
    { what: 'a write', asTransaction: false },
    { what: 'a transaction', asTransaction: true },
  ])('lets $what wait until the lock is free, and the event loop go on', async ({ asTransaction }) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const storage = sqliteStorage({ path })
    await storage.open()
    using other = new DatabaseSync(path)
    other.exec('begin immediate')
    const write = asTransaction
      ? storage.transaction((session) => session.collection('run_log').insert(line))
      : storage.collection('run_log').insert(line)
    let written = false
    void write.then(() => {
      written = true
    })
    // the write has tried and failed by now: it pauses on a timer, as this does
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(written).toBe(false)
    other.exec('commit')
    await write
    expect(await storage.collection('run_log').count()).toBe(1)
    await storage.close()
  })

  it('gives up after busyTimeoutMs, says why, and works on afterwards', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const storage = sqliteStorage({ path, busyTimeoutMs: 0 })
    await storage.open()
    using other = new DatabaseSync(path)
    other.exec('begin immediate')
    const refusal = { code: 'STORAGE_FAILED', message: expect.stringContaining('Another process') }
    await expect(storage.collection('run_log').insert(line)).rejects.toMatchObject(refusal)
    await expect(storage.transaction(async () => {})).rejects.toMatchObject(refusal)
    expect(await storage.collection('run_log').count()).toBe(0)
    other.exec('commit')
    await storage.collection('run_log').insert(line)
    expect(await storage.collection('run_log').count()).toBe(1)
    await storage.close()
  })
})
