import { gitAddress } from '../../../packages/server/src/git-http/git-address.ts'
import { type ExecCommand, readExecCommand } from '../../../packages/server/src/git-ssh/exec-command.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, same } from '../promises.ts'

type CommandReader = (command: string) => ExecCommand

/** As git’s `sq_quote_buf` has it. */
const quoted = (text: string): string => `'${text.replace(/['!]/g, (mark) => `'\\${mark}'`)}'`

const command = fuzzTarget<string, CommandReader>({
  name: 'what git has an ssh client run',
  inputs: textNear(
    [
      "git-upload-pack '/local/a.git'",
      "git receive-pack 'shop/it'\\''s.git'",
      "git-upload-archive '/a/b.git'",
      "git-upload-pack '/a/b.git'; id",
    ],
    ["'", "\\'", "'\\''", "'\\!'", '/', '.git', ';id', '$(id)', '`id`', ' ', '..', '-', '--exec=id'],
  ),
  parser: readExecCommand,
  check(read, text) {
    const found = read(text)
    if ('problem' in found) {
      promise(!found.problem.includes('\n') && found.problem.length < 200, 'a problem is one short line')
      return 'refused'
    }
    const { group, name, service } = found
    promise(service === 'upload-pack' || service === 'receive-pack', 'git serves two ways')
    promise(
      ![group, name].some((part) => part === '' || /[/\p{Cc}]/u.test(part)),
      'a name is one part of a path',
    )
    // quoted once more it is what was sent, so nothing was left out
    const said = ['/', ''].flatMap((before) =>
      ['', '/'].map((after) => quoted(`${before}${group}/${name}.git${after}`)),
    )
    promise(
      said.some((path) => text === `git-${service} ${path}` || text === `git ${service} ${path}`),
      'all of it was read',
    )
    return 'accepted'
  },
  long: () => repeated(["'", "'\\''", '/', 'a'], { before: "git-upload-pack '" }),
  broken: {
    'unquotes nothing': (text) => {
      const [, verb, group = '', name = ''] =
        /^git-(upload|receive)-pack '?([^/]*)\/(.*)\.git/.exec(text) ?? []
      return verb === undefined
        ? { problem: 'no' }
        : { service: `${verb}-pack` as 'upload-pack', group, name }
    },
    'reads up to the quote': (text) => readExecCommand(text.replace(/(\.git').*$/s, '$1')),
    'takes every verb': (text) => readExecCommand(text.replace(/^git-[a-z-]+/, 'git-upload-pack')),
  },
})

type AddressReader = typeof gitAddress

const address = fuzzTarget<string, AddressReader>({
  name: 'the address of a repository over HTTP',
  inputs: textNear(
    ['/local/a.git/info/refs', '/shop/b%20c.git/git-upload-pack', '/api/v1.git/info/refs', '/%E0/x.git/HEAD'],
    ['/', '.git', '%2F', '%', '..', '%2e%2e', '%00', 'API', 'local'],
  ),
  parser: gitAddress,
  check(read, path) {
    const found = read(path)
    if (found === undefined) return 'refused'
    const encoded = path.split('/')
    same(found.group, decodeURIComponent(encoded[1]!), 'the group')
    same(`${found.name}.git`.startsWith(decodeURIComponent(encoded[2]!).split('.git')[0]!), true, 'the name')
    promise(
      !/^(?:api|v[1-4]|healthz|readyz|metrics|git)$/i.test(found.group),
      'no address of the server’s own',
    )
    return 'accepted'
  },
  long: () => repeated(['/', '.git/', 'a', '%41'], { before: '/local/' }),
  broken: {
    'takes an address of the server’s own': (path) =>
      gitAddress(path.replace(/^\/api/i, '/xapi')) && {
        ...gitAddress(path.replace(/^\/api/i, '/xapi'))!,
        group: 'api',
      },
    'decodes twice': (path) => {
      const found = gitAddress(path)
      return found && { ...found, group: found.group.replace(/l/, 'L') }
    },
    'falls over what is not well encoded': (path) => {
      decodeURIComponent(path)
      return gitAddress(path)
    },
  },
})

export const gitAddressTargets: readonly AnyFuzzTarget[] = [command, address]
