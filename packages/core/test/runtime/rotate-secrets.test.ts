import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { createGitferry, openAdministration } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GitferryError } from '../../src/errors/index.ts'
import { RotationWorld } from './rotation-world.ts'

let template: RotationWorld
let before: ReadonlyMap<string, string>
beforeAll(async () => {
  template = await RotationWorld.create()
  before = (await template.secrets()).opened
})
afterAll(() => template[Symbol.dispose]())

const newKey = () => randomBytes(32).toString('base64')

const death = { cause: { message: 'killed' } }
const diesAt = (step: string) => (name: string) => {
  if (name === step) throw new Error('killed')
}

const thrownBy = (work: Promise<unknown>): Promise<GitferryError> =>
  work.then(
    () => {
      throw new Error('nothing was refused')
    },
    (error: GitferryError) => error,
  )

/** Every secret is what it was, under the key of the one key file; the former is kept, and the audit chain holds. */
async function expectRotated(world: RotationWorld, former: string): Promise<void> {
  const { opened, stale } = await world.secrets()
  expect(opened).toEqual(before)
  expect(stale).toBe(0)
  const files = world.keyFiles()
  const retired = files.filter((name) => /^secret\.key\.retired-[\w-]{11}$/.test(name))
  expect(files).toEqual(['secret.key', ...retired])
  for (const name of files) expect(statSync(join(world.dataDir, name)).mode & 0o777).toBe(0o600)
  expect(retired.map((name) => world.keyIn(name))).toContain(former)
  expect(world.keyIn('secret.key')).not.toBe(former)
  expect(await world.settings()).toEqual(['audit_key', 'secrets_check'])
  expect(await world.verifyAudit()).toMatchObject({ valid: true, problems: [] })
}

describe('the secret key in a file', () => {
  it('is rotated: every secret is sealed again under a new one, and the former is kept beside it', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key')
    const told: [number, number][] = []
    const done = await world.rotate({ onProgress: (...progress) => told.push(progress) })
    expect(done).toMatchObject({ secrets: 6, resealed: 6 })
    expect(readFileSync(done.retired!, 'utf8')).toBe(former)
    expect(told.at(-1)).toEqual([6, 6])
    await expectRotated(world, former)
  })

  it('is another one afterwards: with the former gitferry does not start, with the new one it does', async () => {
    using world = template.copy()
    const { retired } = await world.rotate()
    await using wrong = createGitferry({ ...world.options(), secrets: aesGcmSecrets({ keyFile: retired! }) })
    await expect(wrong.start()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })

    await using gitferry = createGitferry({ ...world.options(), secrets: world.box() })
    await gitferry.start()
    expect(await gitferry.audit.verify()).toMatchObject({ valid: true })
    const { items } = await gitferry.notifications.channels.list()
    expect(await gitferry.notifications.channels.test(items[0]!.id)).toMatchObject({ success: true })
    const [entry] = (await gitferry.audit.list({ object_type: 'secret' })).items
    expect(entry).toMatchObject({ type: 'rotate', operator: 'system', result: 'success', object_id: null })
    expect(entry?.details).toEqual({
      secrets: 6,
      resealed: 6,
      from: [expect.stringMatching(/^[\w-]{11}$/)],
      to: expect.stringMatching(/^[\w-]{11}$/),
    })
    for (const file of world.keyFiles()) {
      expect(JSON.stringify(entry)).not.toContain(world.keyIn(file).trim())
    }
  })

  it('survives its rotation being killed at any step: it finishes when it is run again, and loses nothing', async () => {
    const states = new Set<string>()
    let steps = 0
    for (let isOver = false; !isOver; steps += 1) {
      using world = template.copy()
      const former = world.keyIn('secret.key')
      let left = steps
      const names: string[] = []
      const onStep = (name: string) => {
        names.push(name)
        left -= 1
        // the dead do nothing more
        if (left < 0) throw new Error(`killed at ${name}`)
      }
      isOver = await world.rotate({ onStep }).then(
        () => true,
        () => false,
      )
      world.forgetHolder()
      if (world.isCutOff) {
        states.add('cut off')
        const refusal = await thrownBy(world.box().open())
        expect(refusal, names.at(-1)).toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
        expect(refusal.message).toMatch(/gitferry keys rotate/)
      } else {
        states.add(world.keyIn('secret.key') === former ? 'not begun' : 'finished')
        expect((await world.secrets()).opened, names.at(-1)).toEqual(before)
      }
      if (!isOver) await world.rotate()
      await expectRotated(world, former)
    }
    expect(states).toEqual(new Set(['not begun', 'cut off', 'finished']))
    expect(steps).toBeGreaterThan(60)
  })

  it('is taken up where there is only the next one, and every key that sealed something is given', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key')
    await expect(world.rotate({ onStep: diesAt('channels.updateWhere') })).rejects.toMatchObject(death)
    renameSync(world.keyFile, join(world.dataDir, 'elsewhere'))
    await expect(world.rotate()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    expect(world.isCutOff).toBe(true)
    await world.rotate({ oldKeys: [former] })
    expect((await world.secrets()).opened).toEqual(before)
  })

  it('stays as it is when it is not the one that sealed the secrets, or when it is not there', async () => {
    using world = template.copy()
    writeFileSync(world.keyFile, `${newKey()}\n`, { mode: 0o600 })
    await expect(world.rotate()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    expect(world.keyFiles()).toEqual(['secret.key'])
    renameSync(world.keyFile, join(world.dataDir, 'elsewhere'))
    await expect(world.rotate()).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(world.keyFiles()).toEqual([])
  })
})

describe('keys that are given', () => {
  it('replace one another: what the old ones sealed is sealed again under the current one, and no file is made', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key').trim()
    const key = newKey()
    expect(await world.rotate({ key, oldKeys: [former] })).toMatchObject({ resealed: 6, retired: undefined })
    expect(await world.secrets(aesGcmSecrets({ key }))).toEqual({ opened: before, stale: 0 })
    expect(world.keyFiles()).toEqual(['secret.key'])
    expect(await world.rotate({ key, oldKeys: [former] })).toMatchObject({ secrets: 6, resealed: 0 })
  })

  it('are all needed until the last secret is sealed again: with one of them alone gitferry does not start', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key').trim()
    const key = newKey()
    for (const table of ['ssh_keys', 'credentials', 'channels', 'access_keys', 'settings']) {
      const onStep = diesAt(`${table}.updateWhere`)
      await expect(world.rotate({ key, oldKeys: [former], onStep })).rejects.toMatchObject(death)
      for (const one of [key, former]) {
        await using alone = createGitferry({ ...world.options(), secrets: aesGcmSecrets({ key: one }) })
        await expect(alone.start(), table).rejects.toMatchObject({
          code: 'SECRET_UNREADABLE',
          message: expect.stringMatching(/cut off.*Run `gitferry keys rotate`/),
        })
      }
      const both = aesGcmSecrets({ key, oldKeys: [former] })
      await using gitferry = createGitferry({ ...world.options(), secrets: both })
      await gitferry.start()
      await gitferry.stop()
      expect((await world.secrets(both)).opened).toEqual(before)
    }
    await world.rotate({ key, oldKeys: [former] })
    await using done = createGitferry({ ...world.options(), secrets: aesGcmSecrets({ key }) })
    await done.start()
  })

  it('need no more than the newest when one rotation was given up for another', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key').trim()
    const [second, third] = [newKey(), newKey()]
    const onStep = diesAt('channels.updateWhere')
    await expect(world.rotate({ key: second, oldKeys: [former], onStep })).rejects.toMatchObject(death)
    const all = { key: third, oldKeys: [second, former] }
    await expect(world.rotate({ ...all, onStep: diesAt('channels.updateWhere') })).rejects.toMatchObject(
      death,
    )
    // they open what tells a wrong key, and not what was sealed under the third meanwhile
    const secrets = aesGcmSecrets({ key: second, oldKeys: [former] })
    await using given = createGitferry({ ...world.options(), secrets })
    await expect(given.start()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    await world.rotate(all)
    expect(await world.secrets(aesGcmSecrets({ key: third }))).toEqual({ opened: before, stale: 0 })
    await using gitferry = createGitferry({ ...world.options(), secrets: aesGcmSecrets({ key: third }) })
    await gitferry.start()
  })
})

describe('a rotation', () => {
  it('is refused while gitferry runs on the data directory, and changes nothing', async () => {
    using world = template.copy()
    await using gitferry = createGitferry({ ...world.options(), secrets: world.box() })
    await gitferry.start()
    const error = await thrownBy(world.rotate())
    expect(error).toMatchObject({ code: 'CLOSED', details: { pid: process.pid } })
    expect(error.message).toMatch(/while gitferry runs.*Stop that one/)
    expect(world.keyFiles()).toEqual(['secret.key'])
    expect((await gitferry.audit.list({ object_type: 'secret' })).total).toBe(0)
  })

  it('is refused while gitferry is at work on the storage from elsewhere, where no lock tells of it', async () => {
    using world = template.copy()
    const elsewhere = join(world.dataDir, 'elsewhere')
    const options = { ...world.options(), secrets: world.box(), dataDir: elsewhere }
    await using gitferry = createGitferry(options)
    await gitferry.start()
    const error = await thrownBy(world.rotate())
    expect(error).toMatchObject({ code: 'CLOSED', details: { since: expect.stringMatching(/Z$/) } })
    expect(error.message).toMatch(/while gitferry runs.*since 20.*stop it first.*wait until 20/)
    expect(world.keyFiles()).toEqual(['secret.key'])
    await gitferry.stop()
    await world.rotate()
  })

  it('is refused while an administration is open, which would seal under the former key', async () => {
    using world = template.copy()
    {
      await using administration = await openAdministration({ ...world.options(), secrets: world.box() })
      await expect(world.rotate()).rejects.toMatchObject({ code: 'CLOSED' })
      await administration.accessKeys.create({ name: 'second', scope: 'read' })
    }
    expect(await world.rotate()).toMatchObject({ secrets: 7, resealed: 7 })
  })

  it('is alone from its beginning: neither gitferry nor an administration is opened beside it', async () => {
    using world = template.copy()
    const refused: Promise<unknown>[] = []
    const other = () => ({
      ...world.options(),
      secrets: world.box(),
      dataDir: join(world.dataDir, 'elsewhere'),
    })
    const onStep = async (step: string) => {
      if (step !== 'ssh_keys.find' || refused.length > 0) return
      refused.push(thrownBy(createGitferry(other()).start()), thrownBy(openAdministration(other())))
      // the rotation has not ended before they have looked
      return Promise.all(refused)
    }
    await world.rotate({ onStep })
    for (const error of await Promise.all(refused)) {
      expect(error).toMatchObject({ code: 'CLOSED', message: expect.stringContaining('are being rotated') })
    }
    expect(refused).toHaveLength(2)
    await using gitferry = createGitferry({ ...world.options(), secrets: world.box() })
    await gitferry.start()
  })

  it('names the secrets that no key opens and changes nothing; once they are gone it is done', async () => {
    using world = template.copy()
    const former = world.keyIn('secret.key')
    const sql = (text: string) => {
      const database = new DatabaseSync(join(world.dataDir, 'gitferry.db'))
      database.exec(text)
      database.close()
    }
    // sealed for another row
    sql(`INSERT INTO credentials (version, name, type, username, origin, source, sealed_secret, created_at)
      SELECT 1, 'copied', type, username, origin, source, sealed_secret, created_at FROM credentials`)
    const error = await thrownBy(world.rotate())
    const unreadable = [{ table: 'credentials', id: 2, name: 'copied' }]
    expect(error).toMatchObject({ code: 'SECRET_UNREADABLE', details: { unreadable } })
    expect(error.message).toMatch(/credentials 2 \("copied"\)/)
    expect(world.keyFiles()).toEqual(['secret.key'])

    await using gitferry = createGitferry({ ...world.options(), secrets: world.box() })
    await gitferry.start()
    const { items } = await gitferry.audit.list({ object_type: 'secret' })
    expect(items).toMatchObject([{ type: 'rotate', result: 'failure', error_code: 'SECRET_UNREADABLE' }])
    await gitferry.credentials.delete(2)
    await gitferry.stop()
    await world.rotate()
    await expectRotated(world, former)
  })

  it('ends between batches when it is given up, and goes on where it was', async () => {
    using world = await RotationWorld.create({ credentials: 120 })
    const all = (await world.secrets()).opened
    const given = new AbortController()
    const looked: number[] = []
    const onProgress = (count: number) => {
      looked.push(count)
      if (count > 50) given.abort()
    }
    await expect(world.rotate({ signal: given.signal, onProgress })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(looked).toEqual([1, 51])
    const again = await world.rotate()
    expect(again).toMatchObject({ secrets: 125, resealed: 74 })
    expect(await world.secrets()).toEqual({ opened: all, stale: 0 })
  })
})
