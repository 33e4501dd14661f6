import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type GitferryOptions } from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerValidation } from '../../../test/answer-validation-shared.ts'
import { type App, createApp } from '../src/index.ts'

let folder: string
let gitferry: Gitferry
let app: App

/** A storage that answers until it is broken. */
function breakableStorage(): StorageAdapter & { broken: boolean } {
  const storage = memoryStorage()
  const breakable = Object.create(storage) as StorageAdapter & { broken: boolean }
  return Object.assign(breakable, {
    broken: false,
    open: () => storage.open(),
    close: () => storage.close(),
    transaction: storage.transaction.bind(storage),
    collection: ((name) => {
      if (breakable.broken) throw new Error('the disk is gone')
      return storage.collection(name)
    }) as StorageAdapter['collection'],
  })
}

function make(options: Partial<GitferryOptions> = {}): Gitferry {
  gitferry = createGitferry({
    storage: memoryStorage(),
    dataDir: join(folder, 'data'),
    forkServer: false,
    ...options,
  })
  app = createApp(gitferry)
  return gitferry
}

async function get(path: string, address = '203.0.113.7') {
  const request = new Request(`http://localhost${path}`, { headers: { host: 'localhost' } })
  const response = await app.fetch(request, { clientAddress: address })
  const text = await response.text()
  const { headers, status } = response
  answerValidation().check({ method: 'GET', path, status, type: headers.get('content-type'), text })
  return { status, json: JSON.parse(text) as Record<string, unknown> }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-health-'))
})

afterEach(async () => {
  await gitferry.stop({ graceful: false })
  rmSync(folder, { recursive: true })
})

const well = { storage: 'ok', git: 'ok', scheduler: 'ok' }

describe('/healthz', () => {
  it('is ok for everybody while the process is up, started or not', async () => {
    make()
    expect(await get('/healthz')).toEqual({ status: 200, json: { status: 'ok' } })
    await gitferry.start()
    expect(await get('/healthz')).toEqual({ status: 200, json: { status: 'ok' } })
  })

  it('is ok without a storage: another start would not bring it back', async () => {
    const storage = breakableStorage()
    await make({ storage }).start()
    storage.broken = true
    expect(await get('/healthz')).toEqual({ status: 200, json: { status: 'ok' } })
  })
})

describe('/readyz', () => {
  it('is 200 for everybody once everything answers', async () => {
    await make().start()
    expect(await get('/readyz')).toEqual({ status: 200, json: { status: 'ready', checks: well } })
  })

  it('is 503 before the start', async () => {
    make()
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      json: { status: 'starting', checks: { storage: 'failing', git: 'failing', scheduler: 'failing' } },
    })
  })

  it('is 503 from the moment that it is asked to stop, and afterwards', async () => {
    await make().start()
    const stopped = gitferry.stop()
    expect(await get('/readyz')).toMatchObject({ status: 503, json: { status: 'stopping' } })
    await stopped
    expect(await get('/readyz')).toMatchObject({ status: 503, json: { status: 'stopping' } })
  })

  it('is 503 while the storage does not answer, and says nothing else of it', async () => {
    const storage = breakableStorage()
    await make({ storage }).start()
    storage.broken = true
    const { json, status } = await get('/readyz')
    expect({ status, json }).toEqual({
      status: 503,
      json: { status: 'failing', checks: { ...well, storage: 'failing' } },
    })
    storage.broken = false
    expect((await get('/readyz')).status).toBe(200)
  })

  it('is 503 while the git binary cannot be started', async () => {
    const git = join(folder, 'git')
    copyFileSync('/bin/sh', git)
    chmodSync(git, 0o755)
    await make({ git }).start()
    expect((await get('/readyz')).status).toBe(200)
    chmodSync(git, 0o644)
    expect(await get('/readyz')).toEqual({
      status: 503,
      json: { status: 'failing', checks: { ...well, git: 'failing' } },
    })
  })
})
