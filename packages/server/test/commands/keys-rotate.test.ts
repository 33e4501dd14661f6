import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isGitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { progressTeller } from '../../src/commands/progress-teller.ts'
import { exitCodeOf } from '../../src/commands/run-command.ts'
import { CommandWorld } from './command-world.ts'

let world: CommandWorld
beforeEach(async () => {
  world = new CommandWorld()
  await world.run(['token', 'create', '--name', 'ci', '--scope', 'read'])
})
afterEach(() => world[Symbol.dispose]())

const rotate = ['keys', 'rotate']
const keyFiles = () => readdirSync(world.dataDir).filter((name) => name.startsWith('secret.key'))
const newKey = () => randomBytes(32).toString('base64')

async function refusalOf(...given: Parameters<CommandWorld['run']>) {
  const error: unknown = await world.run(...given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error)) throw new Error('nothing was refused')
  return { message: error.message, exitCode: exitCodeOf(error) }
}

describe('gitferry keys rotate', () => {
  it('says what it did and which file backups need, and shows no key', async () => {
    const former = readFileSync(join(world.dataDir, 'secret.key'), 'utf8').trim()
    const { printed, told } = await world.run(rotate)
    const [, retired = ''] = keyFiles()
    expect(printed).toEqual([
      'Sealed 2 of 2 stored secrets again: all of them are under the new key now.',
      `Backups from before need the key in ${join(world.dataDir, retired)}. Delete it when there are none.`,
    ])
    expect(told).toEqual(['1 of 2 secrets', '2 of 2 secrets'])
    for (const name of keyFiles()) {
      expect([...printed, ...told].join()).not.toContain(
        readFileSync(join(world.dataDir, name), 'utf8').trim(),
      )
    }
    expect(readFileSync(join(world.dataDir, retired), 'utf8').trim()).toBe(former)
    await world.run(['token', 'list'])
  })

  it('with a key that is given needs the former in a file, and then says that it is not needed any more', async () => {
    const env = { GITFERRY_SECRET_KEY: newKey() }
    const { message, exitCode } = await refusalOf(rotate, { env })
    expect(message).toMatch(/^GITFERRY_SECRET_KEY: .*openssl rand -base64 32.*--old-secret-key-file/)
    expect(exitCode).toBe(2)
    const old = ['--old-secret-key-file', join(world.dataDir, 'secret.key')]
    const { printed } = await world.run([...rotate, ...old], { env })
    expect(printed[1]).toMatch(/needs no key of before any more; backups from before do/)
    expect(keyFiles()).toEqual(['secret.key'])
    await world.run(['token', 'list'], { env })
    expect(await refusalOf(['token', 'list'])).toMatchObject({ exitCode: 1 })
  })

  it('names every secret that no key opens', async () => {
    const database = new DatabaseSync(join(world.dataDir, 'gitferry.db'))
    database.exec(`INSERT INTO access_keys (version, user_id, name, scope, created_at, access_key_id, sealed_secret)
      VALUES (1, 1, 'lost', 'read', '2026-01-01T00:00:00.000Z', 'AK', 'v1.x')`)
    database.close()
    const ran = { printed: [], told: [] as string[], shown: [] }
    expect(await refusalOf(rotate, { ran })).toMatchObject({ exitCode: 1 })
    expect(ran.told).toEqual(['cannot be opened: access_keys 1 "lost"'])
    expect(keyFiles()).toEqual(['secret.key'])
  })

  it('that is interrupted says how it goes on, and the next one finishes', async () => {
    const ended = AbortSignal.abort('SIGINT')
    const refusal = await refusalOf(rotate, { signal: ended })
    expect(refusal.message).toMatch(/^Interrupted.*run gitferry keys rotate again/)
    expect(refusal.exitCode).toBe(1)
    expect((await world.run(rotate)).printed).toHaveLength(2)
  })

  it('is refused for a storage in memory, and takes no flag of the server', async () => {
    expect(await refusalOf([...rotate, '--storage', 'memory'])).toMatchObject({ exitCode: 2 })
    expect(await refusalOf([...rotate, '--port', '1'])).toMatchObject({
      message: expect.stringMatching(/^--port: is no flag of gitferry keys rotate/),
    })
  })

  it('keeps everything else from the key file until it is finished', async () => {
    writeFileSync(join(world.dataDir, 'secret.key.next'), newKey(), { mode: 0o600 })
    expect((await refusalOf(['token', 'list'])).message).toMatch(/gitferry keys rotate/)
    await world.run(rotate)
    await world.run(['token', 'list'])
  })
})

describe('progress', () => {
  const teller = (isTerminal: boolean) => {
    const said: string[] = []
    const say = (text: string) => void said.push(text)
    return { said, progress: progressTeller({ tell: say, show: isTerminal ? say : undefined }) }
  }

  it('is one line that changes on a terminal', () => {
    const { said, progress } = teller(true)
    for (const done of [1, 2]) progress(done, 2)
    expect(said).toEqual(['1 of 2 secrets', '2 of 2 secrets\n'])
  })

  it('is at most ten lines elsewhere', () => {
    const { said, progress } = teller(false)
    for (let done = 1; done <= 1_000; done += 1) progress(done, 1_000)
    expect(said).toHaveLength(10)
    expect(said.at(-1)).toBe('1000 of 1000 secrets')
  })
})
