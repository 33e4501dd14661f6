import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { createGitferry } from '@gitferry/core'
import { isGitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/commands/run-command.ts'
import { CommandWorld } from './command-world.ts'

let world: CommandWorld
beforeEach(() => {
  world = new CommandWorld()
})
afterEach(() => world[Symbol.dispose]())

const create = ['token', 'create', '--name', 'ci', '--scope', 'read']
const form = /^gitferry_[a-z0-9]{12}_[\w-]{43}$/

async function refusalOf(...given: Parameters<CommandWorld['run']>) {
  const error: unknown = await world.run(...given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error)) throw new Error('nothing was refused')
  return { message: error.message, exitCode: exitCodeOf(error) }
}

describe('gitferry token create', () => {
  it('prints the token and nothing else, and tells a person what it is', async () => {
    await world.run(['token', 'create', '--name', 'first', '--scope', 'admin'])
    const { printed, told } = await world.run(create)
    expect(printed).toEqual([expect.stringMatching(form)])
    expect(told.join('\n')).toBe(
      'Made token 2 of the user ci: scope read, never expires. It is shown this once:',
    )
  })

  it('makes what was asked for: for whom, with which repositories, until when', async () => {
    world.now = Date.now()
    const given = ['--user', 'alice', '--expires', '90d']
    const { told } = await world.run([...create, ...given])
    expect(told.at(-1)).toContain(`expires ${new Date(world.now + 90 * 86_400_000).toISOString()}`)
    await world.run(['token', 'create', '--name', 'other', '--scope', 'admin', '--user', 'Alice'])
    const { printed } = await world.run(['token', 'list', '--json'])
    const [first, second] = JSON.parse(printed.join('\n'))
    expect(first).toMatchObject({ name: 'ci', user: 'alice', scope: 'read', repo_ids: null })
    expect(second).toMatchObject({ name: 'other', user: 'alice', user_id: first.user_id, expires_at: null })
    expect(printed.join()).not.toMatch(/secret_hash|public_id/)
  })

  it.each<[string[], RegExp, number]>([
    [['--scope', 'all'], /^--scope: must be member, read, write or admin/, 2],
    [['--name', ' '], /^--name: must not be empty/, 2],
    [['--repo', 'x'], /^--repo: must be/, 2],
    [['--repo', '7'], /^--repo: there is no repository with the id 7/, 1],
    [['--user', 'no such name'], /^--user: must begin/, 2],
    [['--user', 'system'], /^--user: is reserved/, 2],
    [['--expires', 'soon'], /^--expires: must be a time from now on, such as 12h/, 2],
    [['--expires', '0d'], /^--expires: must be a time from now on/, 2],
    [['--expires', '999999w'], /^--expires: must be a time from now on/, 2],
    [['--expires', '2026-99-99T00:00:00Z'], /^--expires: must be RFC 3339/, 2],
    [['--expires', '2001-01-01'], /^--expires: must be later than now/, 2],
    [['--storage', 'memory'], /^--storage: nothing of what gitferry token create does would be left/, 2],
  ])('%j is refused, by the name of the flag', async (flags, message, exitCode) => {
    const refusal = await refusalOf([...create, ...flags])
    expect(refusal.message).toMatch(message)
    expect(refusal.exitCode).toBe(exitCode)
  })

  it.each([
    ['--scope', 'raed'],
    ['--user', 'Bob Smith'],
    ['--repo', 'x'],
    ['--expires', '2001-01-01'],
  ])('makes nothing at all when %s is %s', async (flag, value) => {
    await refusalOf([...create, '--user', 'bob', flag, value])
    expect(existsSync(world.dataDir)).toBe(false)
  })

  it('leaves no user when its token is refused', async () => {
    await refusalOf([...create, '--user', 'bob', '--repo', '7'])
    const database = new DatabaseSync(join(world.dataDir, 'gitferry.db'))
    expect(database.prepare('SELECT name FROM users').all()).toEqual([])
    database.close()
  })

  it('goes by the last of a flag that is given twice, unless it is a list', async () => {
    world.now = Date.now()
    const twice = ['--user', 'ann', '--user', 'bob', '--expires', '90d', '--expires', '1h', '--name', 'cd']
    const { told } = await world.run([...create, ...twice])
    const until = new Date(world.now + 3_600_000).toISOString()
    expect(told.at(-1)).toContain(`of the user bob: scope read, expires ${until}`)
    expect((await world.run(['token', 'list'])).printed[1]).toMatch(/ cd +bob /)
  })

  it('says what it makes and where, when there is no gitferry yet, and only then', async () => {
    const { told } = await world.run(create)
    const made = `data directory ${world.dataDir}, database ${join(world.dataDir, 'gitferry.db')}, secret key ${join(world.dataDir, 'secret.key')}`
    expect(told[0]).toBe(`There was no gitferry here; made one: ${made}.`)
    expect((await world.run([...create, '--name', 'cd'])).told).toHaveLength(1)
  })

  it('of a name that its user has already is a failure', async () => {
    await world.run(create)
    expect(await refusalOf(create)).toMatchObject({ exitCode: 1 })
  })

  it('tells what is wrong with the environment that is no reason to stop', async () => {
    const { told } = await world.run(create, { env: { GITFERRY_PROT: '1' } })
    expect(told[0]).toMatch(/^warning: GITFERRY_PROT is not a setting/)
  })
})

describe('gitferry token list', () => {
  it('shows a table with what tells tokens apart, and no secret', async () => {
    await world.run(create)
    await world.run(['token', 'revoke', '1'])
    expect(await world.run(['token', 'list'])).toMatchObject({ printed: [], told: ['There is no token.'] })
    const { printed: made } = await world.run(create)
    const { printed } = await world.run(['token', 'list'])
    expect(printed).toHaveLength(2)
    expect(printed[0]).toMatch(/^ID +PREFIX +NAME +USER +SCOPE +REPOSITORIES +EXPIRES +LAST USED +CREATED$/)
    const prefix = made[0]!.split('_', 2).join('_')
    expect(printed[1]).toMatch(new RegExp(`^2 +${prefix} +ci +ci +read +all +never +never +2`))
    expect(printed[1]!.indexOf('ci')).toBe(printed[0]!.indexOf('NAME'))
    expect(printed.join()).not.toContain(made[0]!.slice(prefix.length))
  })
})

describe('gitferry token revoke', () => {
  it.each(['id', 'prefix'])('takes a token by its %s, which is refused from then on', async (by) => {
    const [token = ''] = (await world.run(create)).printed
    const which = by === 'id' ? '1' : token.split('_', 2).join('_')
    expect((await world.run(['token', 'revoke', which])).told).toEqual(['Revoked token 1.'])
    const keyFile = join(world.dataDir, 'secret.key')
    await using gitferry = createGitferry({
      ...world.options(),
      secrets: aesGcmSecrets({ keyFile }),
      forkServer: false,
    })
    await gitferry.start()
    await expect(gitferry.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await gitferry.asksForCredentials()).toBe(true)
    expect((await gitferry.audit.list({ object_type: 'token' })).items).toMatchObject([
      { type: 'delete', operator: 'system' },
      { type: 'create', operator: 'system' },
    ])
  })

  it('does not take a whole token, which the command line has shown to everybody, and does not repeat it', async () => {
    const [token = ''] = (await world.run(create)).printed
    const { message, exitCode } = await refusalOf(['token', 'revoke', token])
    const prefix = token.split('_', 2).join('_')
    expect(message).toMatch(new RegExp(`Revoke it by its prefix: gitferry token revoke ${prefix}$`))
    expect(message).not.toContain(token)
    expect(exitCode).toBe(2)
  })

  it.each(['7', 'gitferry_abcdefghijkl', 'ci'])('%s, which is none, is a failure', async (which) => {
    await world.run(create)
    expect(await refusalOf(['token', 'revoke', which])).toMatchObject({
      message: expect.stringMatching(/there is no token/i),
      exitCode: 1,
    })
  })
})

describe('a command', () => {
  const commands = [
    ['token', 'list'],
    ['token', 'revoke', '1'],
    ['keys', 'rotate'],
  ]

  it.each(commands)('%s %s makes nothing where there is no gitferry, and says so', async (...command) => {
    const { exitCode, message } = await refusalOf(command)
    expect(message).toMatch(/^There is no gitferry in .*data: there is no database .*--data-dir/)
    expect(exitCode).toBe(1)
    expect(existsSync(world.dataDir)).toBe(false)
  })

  it.each(commands.slice(0, 2))('%s %s makes no key where that is missing', async (...command) => {
    await world.run(create)
    const keyFile = join(world.dataDir, 'secret.key')
    rmSync(keyFile)
    const { exitCode, message } = await refusalOf(command)
    expect(message).toContain(`There is no secret key file ${keyFile}.`)
    expect(exitCode).toBe(1)
    expect(existsSync(keyFile)).toBe(false)
  })

  it.each([create, ...commands])(
    '%s %s is refused to another user than whose gitferry it is',
    async (...command) => {
      const mine = process.getuid?.() ?? 0
      mkdirSync(world.dataDir)
      for (const make of [undefined, create]) {
        if (make) await world.run(make)
        const { exitCode, message } = await refusalOf(command, { uid: mine + 1 })
        expect(message).toMatch(
          new RegExp(`belongs to the user ${mine}, .* Run the command as that user: sudo -u '#${mine}'`),
        )
        expect(exitCode).toBe(1)
        if (!make) expect(readdirSync(world.dataDir)).toEqual([])
      }
    },
  )
})

it('a command that is typed wrong makes nothing', async () => {
  await refusalOf([...create, '--expires', 'soon', '--storage', 'memory'])
  expect(existsSync(world.dataDir)).toBe(false)
})
