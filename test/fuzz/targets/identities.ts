import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { type KnownHost, readKnownHostLine } from '../../../packages/core/src/git/ssh/known-host-line.ts'
import { mpint, sshString } from '../../../packages/core/src/git/ssh/ssh-data.ts'
import { shownToken } from '../../../packages/server/src/shown-token.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'

const base64 = (...parts: readonly Buffer[]): string => Buffer.concat(parts).toString('base64')
const ed25519 = `ssh-ed25519 ${base64(sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 7)))}`
const rsaOf = (bits: number): string =>
  `ssh-rsa ${base64(sshString('ssh-rsa'), mpint(Buffer.of(1, 0, 1)), mpint(Buffer.alloc(bits / 8, 0xf1)))}`

type LineReader = (line: string) => KnownHost | { readonly problem: string }

const knownHost = fuzzTarget<string, LineReader>({
  name: 'lines of known_hosts that somebody gives',
  inputs: textNear(
    [
      `git.example.org ${ed25519}\n`,
      `[git.example.org]:2222 ${ed25519} a comment`,
      `2001:db8::7 ${rsaOf(2_048)}`,
      `Git.Example.ORG. ${rsaOf(3_072)}`,
      `a.example,b.example ${ed25519}`,
      `*.example.org ${ed25519}`,
      `|1|AAAA=|BBBB= ${ed25519}`,
      `@revoked git.example.org ${ed25519}`,
      `git.example.org ${rsaOf(1_024)}`,
      `git.example.org ssh-rsa ${ed25519.split(' ')[1]}`,
    ],
    [
      'ssh-ed25519',
      'ssh-rsa',
      ' ',
      '\t',
      ',',
      '*',
      '!',
      '[',
      ']:',
      ':0',
      ':65536',
      '#',
      '@cert-authority ',
      'A',
      '=',
      '0x7f.1',
    ],
  ),
  parser: readKnownHostLine,
  check(read, line) {
    const found = read(line)
    if ('problem' in found) {
      promise(!found.problem.includes('\n') && found.problem.length < 200, 'a problem is one line')
      return 'refused'
    }
    const { host, port, public_key, type } = found
    const name = host.includes(':') ? `[${host}]` : host
    same(URL.parse(`http://${name}/`)?.hostname, name, 'one host, in one spelling')
    same(port, Number(/^\[[^\]]*\]:(\d+)\s/.exec(line.trim())?.[1] ?? 22), 'the port that is named')
    promise(port >= 1 && port <= 65_535, 'a port is one')
    const inner = Buffer.from(public_key, 'base64')
    promise(inner.subarray(4, 4 + type.length).toString() === type, 'the key is of the type that it names')
    same(Buffer.from(public_key, 'base64').toString('base64'), public_key, 'a key in one spelling')
    same(read(`[${host}]:${port} ${type} ${public_key}`), found, 'written anew it means the same')
    return 'accepted'
  },
  weigh(accepted) {
    // as gitferry writes them; ssh-keygen takes no two blanks where ssh does
    const written = accepted.map((line) => {
      const found = readKnownHostLine(line)
      return 'problem' in found
        ? line.trim()
        : `[${found.host}]:${found.port} ${found.type} ${found.public_key}`
    })
    const input = written.map((line) => `${line}\n`).join('')
    const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', '-'], { input, encoding: 'utf8' })
    same(stdout.split('\n').length - 1, accepted.length, 'OpenSSH reads every key')
  },
  long: () => repeated(['a', ' ', ',', 'A', '[', 'a.', '\t'], { before: 'git.example.org ssh-ed25519 ' }),
  broken: {
    'takes a pattern for a host': (line) => {
      const found = readKnownHostLine(line.replace('*.', ''))
      return 'problem' in found || !line.startsWith('*') ? found : { ...found, host: '*.example.org' }
    },
    'takes any base64 for a key': (line) => {
      const [, type, public_key] = line.trim().split(' ')
      return type && public_key ? { host: 'git.example.org', port: 22, type, public_key } : { problem: 'x' }
    },
    'forgets the port': (line) => ({ ...readKnownHostLine(line), port: 22 }) as KnownHost,
  },
})

interface Shown {
  readonly authorization: string | null
  readonly plain: string | null
}
type TokenReader = (shown: Shown) => string | undefined

const readShown: TokenReader = ({ authorization, plain }) => {
  const headers = new Headers()
  if (authorization !== null) headers.set('Authorization', authorization)
  if (plain !== null) headers.set('X-Auth-Token', plain)
  return shownToken(headers)
}

const token = `gitferry_abcdefghijk1_${'A'.repeat(43)}`
const header = (samples: readonly string[]) =>
  fc.option(
    textNear(samples, ['Bearer ', token, ',', ' ', '=', 'Basic ']).filter((text) =>
      /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
    ),
    { freq: 3 },
  )

const shown = fuzzTarget<Shown, TokenReader>({
  name: 'tokens that a request shows',
  inputs: fc.record({
    authorization: header([
      `Bearer ${token}`,
      `bearer  ${token}`,
      `Bearer ${token}, Bearer x`,
      'Basic dTpw',
      token,
    ]),
    plain: header([token, 'another']),
  }),
  parser: readShown,
  check(read, { authorization, plain }) {
    const values = [authorization, plain].filter((value) => value !== null)
    const found = answerOf(() => read({ authorization, plain }) ?? null, 'UNAUTHENTICATED')
    if (found === undefined) {
      promise(values.length > 0, 'who shows nothing is not refused here')
      return 'refused'
    }
    if (found === null) {
      same(values, [], 'what is shown is looked at')
      return 'refused'
    }
    promise(/^[A-Za-z0-9._~+/-]+=*$/.test(found), 'one token')
    // each of the headers says the same
    if (authorization !== null)
      promise(authorization.trim().replace(/^bearer */i, '') === found, 'the bearer’s token')
    if (plain !== null) same(plain.trim(), found, 'the token of the other header')
    return verdict(true)
  },
  long: () =>
    repeated(['a', '=', ' ', 'Bearer '], { before: 'Bearer ' }).map((authorization) => ({
      authorization,
      plain: null,
    })),
  broken: {
    'takes any scheme': ({ authorization, plain }) =>
      authorization?.trim().split(' ').at(-1) ?? plain ?? undefined,
    'takes the first of two': ({ authorization, plain }) =>
      readShown({ authorization, plain: authorization === null ? plain : null }),
    'lets who shows a bad one in': (given) => {
      try {
        return readShown(given)
      } catch {
        return undefined
      }
    },
  },
})

export const identityTargets: readonly AnyFuzzTarget[] = [knownHost, shown]
