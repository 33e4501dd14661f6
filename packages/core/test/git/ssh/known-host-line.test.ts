import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { readKnownHostLine } from '../../../src/git/ssh/known-host-line.ts'
import { mpint, sshString } from '../../../src/git/ssh/ssh-data.ts'
import { blobOf, ed25519, keyPairs, rsa } from './keys.ts'

const ecdsa = keyPairs.find(({ name }) => name === 'ecdsa 256')!
const [, key = ''] = ed25519.public.split(' ')
const line = (host: string) => `${host} ssh-ed25519 ${key}`
const problemOf = (text: string): string => {
  const read = readKnownHostLine(text)
  if ('problem' in read) return read.problem
  throw new Error(`taken: ${JSON.stringify(read)}`)
}

/** A line with a key of these parts. */
const withKey = (type: string, ...parts: (string | Uint8Array)[]): string =>
  `host ${type} ${Buffer.concat(parts.map(sshString)).toString('base64')}`
const numbers = (...parts: Uint8Array[]): string =>
  `host ssh-rsa ${Buffer.concat([sshString('ssh-rsa'), ...parts]).toString('base64')}`
const odd = (bits: number) => Buffer.concat([Buffer.of(0x80), Buffer.alloc(bits / 8 - 2), Buffer.of(1)])
const [point] = [blobOf(ecdsa.public).subarray(-65)]

describe('a line of known_hosts', () => {
  it.each(keyPairs)('is read with a key of every kind: $name', (pair) => {
    const [type, public_key] = pair.public.split(' ')
    expect(readKnownHostLine(`git.example.org ${type} ${public_key}`)).toEqual({
      host: 'git.example.org',
      port: 22,
      type,
      public_key,
    })
  })

  it.each([
    ['git.example.org', 'git.example.org', 22],
    ['GIT.Example.ORG.', 'git.example.org', 22],
    ['[git.example.org]:2222', 'git.example.org', 2222],
    ['[git.example.org]:22', 'git.example.org', 22],
    ['192.0.2.7', '192.0.2.7', 22],
    ['0xc0.0.2.7', '192.0.2.7', 22],
    ['[2130706433]:65535', '127.0.0.1', 65_535],
    ['2001:DB8:0::7', '2001:db8::7', 22],
    ['[2001:db8::7]:2222', '2001:db8::7', 2222],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', 22],
  ])('names its host as remote URLs do: %s', (given, host, port) => {
    expect(readKnownHostLine(line(given))).toMatchObject({ host, port })
  })

  it('may end in a comment and a line end, and have tabs', () => {
    expect(readKnownHostLine(`  host\tssh-ed25519  ${key} of the build server\r\n`)).toMatchObject({
      public_key: key,
    })
  })

  it.each([
    [`@revoked ${line('host')}`, /marker/],
    [`@cert-authority ${line('*.example.org')}`, /marker/],
    [`|1|x=|y= ssh-ed25519 ${key}`, /hash/],
    [`${line('one')}\n${line('two')}`, /one line/],
    [`${line('one')}\r${line('two')}`, /one line/],
    [`# ${line('host')}`, /comment/],
    [line('one,two'), /one host/],
    [line('*'), /without "\*"/],
    [line('host?'), /without/],
    [line('!host'), /without/],
    [line('[host]'), /begin with a host/],
    [line('[host]:'), /begin with a host/],
    [line('[host]:0'), /port/],
    [line('[host]:65536'), /port/],
    [line('host:22'), /begin with a host/],
    [line('git@host'), /begin with a host/],
    [line('-oProxyCommand=x'), /begin with a host/],
    [line('bücher.example'), /begin with a host/],
    [line('[fe80::1%eth0]:22'), /begin with a host/],
    [line('1.2.3.4.5'), /begin with a host/],
    [`ho\u0000st ssh-ed25519 ${key}`, /control/],
    ['host ssh-ed25519', /a host, the type/],
    ['host', /a host, the type/],
    ['', /a host, the type/],
    [`host ssh-dss ${key}`, /of the type/],
    [`host ssh-ed25519-cert-v01@openssh.com ${key}`, /of the type/],
    [`host sk-ssh-ed25519@openssh.com ${key}`, /of the type/],
    [`host rsa-sha2-512 ${key}`, /of the type/],
    [`host constructor ${key}`, /of the type/],
    [`host ssh-rsa ${key}`, /type it names/],
    [`host ssh-ed25519 ${key.slice(0, -4)}`, /cut short/],
    ['host ssh-ed25519 AAAA', /cut short/],
    [`host ssh-ed25519 ${key.slice(0, -1)}`, /base64/],
    [`host ssh-ed25519 ${key.replace(/.$/, '*')}`, /base64/],
    [`host ssh-ed25519 ${key.replaceAll('A', 'A\u00a0')}`, /base64/],
    [withKey('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(31)), /cut short/],
    [withKey('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32), 'more'), /nothing after/],
    [withKey('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp384', point!), /type it names/],
    [withKey('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', '', point!), /type it names/],
    [withKey('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4)), /a point/],
    [withKey('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256', point!.subarray(0, 64)), /a point/],
    [withKey('ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256', 'nistp256'), /cut short/],
    [numbers(mpint(Buffer.of(3)), mpint(odd(2_040))), /2048 to 16384 bits; this one has 2040/],
    [numbers(mpint(Buffer.of(3)), mpint(odd(16_392))), /this one has 16392/],
    [numbers(mpint(Buffer.of(4)), mpint(odd(2_048))), /odd/],
    [numbers(mpint(Buffer.of(1)), mpint(odd(2_048))), /odd/],
    [numbers(mpint(Buffer.of(3)), sshString(odd(2_048))), /cut short/],
    [numbers(sshString(Buffer.of(0, 3)), mpint(odd(2_048))), /cut short/],
    [numbers(mpint(Buffer.of(3))), /cut short/],
  ])('is refused: %j', (text, problem) => {
    expect(problemOf(text)).toMatch(problem)
  })

  it('takes an RSA key of 2048 bits, and no shorter one that ssh-keygen would make', () => {
    expect(readKnownHostLine(`host ${rsa.public}`)).toMatchObject({ type: 'ssh-rsa' })
    const { public: short } = ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 })
    expect(problemOf(`host ${short}`)).toMatch(/this one has 1024/)
  })

  it('of the hostile inputs is refused, each', () => {
    const file = join(import.meta.dirname, '../../fixtures/hostile-inputs.json')
    const vectors: { field: string; value: string; expect: string }[] = JSON.parse(readFileSync(file, 'utf8'))
    const hostile = vectors.filter(({ field, expect }) => field === 'known_host' && expect === 'reject')
    expect(hostile.length).toBeGreaterThanOrEqual(4)
    for (const { value } of hostile) expect(problemOf(value)).not.toBe('')
  })
})
