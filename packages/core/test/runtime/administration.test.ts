import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { type Administration, createGitferry, openAdministration } from '@gitferry/core'
import { createTestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTimeOf } from '../../src/runtime/start-time.ts'

let folder: string
let dataDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-administration-'))
  dataDir = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true }))

const clock = createTestClock()
const keyFile = () => join(dataDir, 'secret.key')

const options = (secrets = aesGcmSecrets({ keyFile: keyFile() })) => ({
  storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
  secrets,
  dataDir,
  clock,
  forkServer: false,
})

async function administered<Result>(work: (administration: Administration) => Promise<Result>) {
  await using administration = await openAdministration(options())
  return await work(administration)
}

describe('an administration', () => {
  it('works before the first start: what it makes is for its owner alone, and gitferry takes it up', async () => {
    const { token } = await administered(async ({ tokens, asksForCredentials }) => {
      expect(await asksForCredentials()).toBe(false)
      const made = await tokens.create({ name: 'operator', scope: 'admin' })
      expect(await asksForCredentials()).toBe(true)
      return made
    })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(join(dataDir, 'gitferry.db')).mode & 0o777).toBe(0o600)
    await using gitferry = createGitferry(options())
    await gitferry.start()
    expect(await gitferry.authenticate(token)).toMatchObject({ user: 'operator', scope: 'admin' })
    expect(await gitferry.asksForCredentials()).toBe(true)
  })

  it('works beside a gitferry that runs, which lets its tokens in at once and chains its entries within two minutes', async () => {
    const gitferry = createGitferry(options())
    await gitferry.start()
    const made = await administered(({ tokens }) => tokens.create({ name: 'ci', scope: 'read' }))
    expect(await gitferry.authenticate(made.token)).toMatchObject({ scope: 'read' })
    const entry = async () => (await gitferry.audit.list({ object_type: 'token' })).items[0]
    expect(await entry()).toMatchObject({ type: 'create', operator: 'system', object_id: made.id, seq: null })
    expect(await gitferry.audit.verify()).toMatchObject({ valid: true, unsealed: 1 })

    // gitferry does nothing of its own meanwhile
    for (let turn = 0; turn < 12; turn += 1) {
      await clock.advance(10_000)
      // the housekeeping asks the disk, for which the clock does not wait
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await expect.poll(entry).toMatchObject({ seq: 1 })
    expect(await gitferry.audit.verify()).toMatchObject({ valid: true, unsealed: 0, head_seq: 1 })

    await administered(({ tokens }) => tokens.delete(made.id))
    await expect(gitferry.authenticate(made.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await gitferry.stop()
    await using again = createGitferry(options())
    await again.start()
    expect(await again.audit.verify()).toMatchObject({ valid: true, problems: [] })
  })

  it('never touches the checkpoint of the audit log once there is one, nor the lock', async () => {
    const gitferry = createGitferry(options())
    await gitferry.start()
    const files = ['audit.checkpoint', 'gitferry.lock'].map((name) => join(dataDir, name))
    const read = () => files.map((path) => readFileSync(path, 'utf8'))
    const before = read()
    await gitferry.users.create({ name: 'first' })
    await clock.advance(1_000)
    await expect.poll(read).not.toEqual(before)
    // as it stands between the sealing of an entry and the checkpoint that says so
    writeFileSync(files[0]!, before[0]!)
    await administered(({ tokens }) => tokens.create({ name: 'ci', scope: 'read' }))
    expect(read()).toEqual(before)
    await gitferry.stop()
    await administered(({ users }) => users.create({ name: 'somebody' }))
    expect(existsSync(files[1]!)).toBe(false)
  })

  it('makes a key pair with which requests are signed, sealed under the key of the file', async () => {
    const made = await administered(({ accessKeys }) => accessKeys.create({ name: 'ci', scope: 'write' }))
    await using gitferry = createGitferry(options())
    await gitferry.start()
    expect((await gitferry.accessKeys.list()).items).toMatchObject([{ access_key_id: made.access_key_id }])
  })

  it('is refused with another key, and lets go of everything', async () => {
    await administered(({ users }) => users.create({ name: 'somebody' }))
    const wrong = options(aesGcmSecrets({ key: randomBytes(32) }))
    await expect(openAdministration(wrong)).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
      message: expect.stringMatching(/^The secret key is not the one/),
    })
    expect(() => wrong.storage.collection('users')).toThrow(/not open/)
    await administered(async ({ users }) => expect((await users.list()).total).toBe(1))
  })

  it('leaves the tables of an older gitferry as they are, and makes those of a new database', async () => {
    const path = join(dataDir, 'gitferry.db')
    const careful = () => ({ ...options(), storage: sqliteStorage({ path, pendingMigrations: 'refuse' }) })
    await (await openAdministration(careful()))[Symbol.asyncDispose]()
    const database = new DatabaseSync(path)
    const [newest] = database.prepare('SELECT max(name) AS name FROM migrations').all()
    // as a version left it that did not know of the newest one
    database.prepare('DELETE FROM migrations WHERE name = ?').run(String(newest?.name))
    await expect(openAdministration(careful())).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringMatching(new RegExp(`${newest?.name}.*Start the server of this version once`)),
    })
    expect(database.prepare('SELECT * FROM migrations WHERE name = ?').all(String(newest?.name))).toEqual([])
    database.close()
  })

  it('that is to be alone is refused where gitferry runs, before the storage is opened', async () => {
    const gitferry = createGitferry(options())
    await gitferry.start()
    const alone = options()
    await expect(openAdministration(alone, { alone: true })).rejects.toMatchObject({ code: 'CLOSED' })
    await gitferry.stop()
    {
      await using administration = await openAdministration(alone, { alone: true })
      expect(await administration.asksForCredentials()).toBe(false)
      await expect(createGitferry(options()).start()).rejects.toMatchObject({ code: 'CLOSED' })
    }
    expect(existsSync(join(dataDir, 'gitferry.lock'))).toBe(false)
  })

  it('waits for nobody who is at the first start: two would make a key of the audit log each', async () => {
    mkdirSync(dataDir, { mode: 0o700 })
    writeFileSync(join(dataDir, 'gitferry.lock'), `${process.pid} ${startTimeOf(process.pid)}\n`)
    await expect(openAdministration(options())).rejects.toMatchObject({ code: 'CLOSED' })
    expect(existsSync(join(dataDir, 'audit.checkpoint'))).toBe(false)
    rmSync(join(dataDir, 'gitferry.lock'))
    await administered(({ users }) => users.create({ name: 'somebody' }))
  })
})
