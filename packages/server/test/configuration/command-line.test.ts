import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../src/configuration/command-line.ts'
import { commands } from '../../src/configuration/commands.ts'
import { settings } from '../../src/configuration/settings.ts'

describe('the command line', () => {
  it('may have flags anywhere, and names a command by its words', () => {
    const read = readCommandLine(['--data-dir', 'd', 'token', '--name=a', 'create', '--scope', 'read'])
    expect(read).toEqual({
      command: 'token create',
      settings: { data_dir: 'd' },
      config: undefined,
      flags: { name: ['a'], scope: ['read'] },
      argument: undefined,
    })
  })

  it('gives every time that a flag stands there, a switch as true, and what a command takes besides', () => {
    const create = readCommandLine([
      ...['token', 'create', '--name', 'a', '--scope', 'read', '--repo', '1', '--repo', '2'],
    ])
    expect(create).toMatchObject({ flags: { repo: ['1', '2'] } })
    expect(readCommandLine(['token', 'list', '--json'])).toMatchObject({ flags: { json: ['true'] } })
    expect(readCommandLine(['token', 'revoke', '7'])).toMatchObject({ argument: '7' })
  })

  it.each<[string[], string]>([
    [
      ['token'],
      'token: says not yet what to do. Try: gitferry token create, gitferry token list, gitferry token revoke',
    ],
    [['keys'], 'keys: says not yet what to do. Try: gitferry keys rotate'],
    [['token', 'lst'], 'token lst: there is no such command. Did you mean token list?'],
    [['tokens', 'list'], 'tokens: there is no such command. Did you mean token list?'],
    [['create'], 'create: there is no such command.'],
    [['token', 'list', 'all'], 'all: is not expected here; values belong to a flag'],
    [['token', 'revoke'], 'ID|PREFIX: is missing: gitferry token revoke ID|PREFIX'],
    [['token', 'revoke', '1', '2'], '2: is not expected here; values belong to a flag'],
    [['token', 'create', '--scope', 'read'], '--name: is missing: gitferry token create'],
    [['token', 'list', '--jsn'], '--jsn: there is no such flag. Did you mean --json?'],
    [['token', 'list', '--json=1'], '--json: takes no value'],
    [['token', 'list', '--port', '1'], '--port: is no flag of gitferry token list.'],
    [['serve', '--name', 'x'], '--name: is no flag of gitferry serve.'],
    [['serve', '--constructor'], '--constructor: there is no such flag.'],
  ])('%j is refused', (argv, message) => {
    let problem = ''
    try {
      readCommandLine(argv)
    } catch (error) {
      problem = (error as Error).message
    }
    expect(problem).toBe(message)
  })

  it.each<[string[], string[]]>([
    [['--help'], commands.map(({ name }) => name)],
    [
      ['token', '-h'],
      ['token create', 'token list', 'token revoke'],
    ],
    [['token', 'list', '--nonsense', '--help'], ['token list']],
    [['tok', '--help'], []],
  ])('%j asks for the help of %j', (argv, about) => {
    const read = readCommandLine(argv)
    expect(read.command === 'help' && read.about.map(({ name }) => name)).toEqual(about)
  })

  it('takes a flag by one name for one kind of thing: words and values are told apart before the command is known', () => {
    const kinds = new Map<string, string>()
    for (const { flag, kind } of [...settings, ...commands.flatMap(({ flags }) => flags)]) {
      if (flag === undefined) continue
      const isSwitch = String(kind === 'switch')
      expect(kinds.get(flag) ?? isSwitch).toBe(isSwitch)
      kinds.set(flag, isSwitch)
    }
  })
})
