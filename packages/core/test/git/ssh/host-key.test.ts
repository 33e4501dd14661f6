import { describe, expect, it } from 'vitest'
import { builtInHostKeys } from '../../../src/git/ssh/built-in-host-keys.ts'
import {
  fingerprintOf,
  hostKeyAlgorithms,
  knownHostsText,
  readKnownHosts,
  typeByShortName,
} from '../../../src/git/ssh/host-key.ts'
import { SshReader } from '../../../src/git/ssh/ssh-data.ts'

describe('the built-in host keys', () => {
  // as the three publish them
  it.each([
    ['github.com', 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'],
    ['gitlab.com', 'SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8'],
    ['bitbucket.org', 'SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM'],
  ])('of %s have the published fingerprint', (host, fingerprint) => {
    const [key, another] = builtInHostKeys(host, 22)
    expect(fingerprintOf(key!.public_key)).toBe(fingerprint)
    expect(new SshReader(Buffer.from(key!.public_key, 'base64')).string()?.toString()).toBe(key!.type)
    expect(another).toBeUndefined()
  })

  it('are for these hosts at their own port, and nobody else', () => {
    expect(builtInHostKeys('github.com', 2222)).toEqual([])
    expect(builtInHostKeys('github.com.example.org', 22)).toEqual([])
    expect(builtInHostKeys('constructor', 22)).toEqual([])
  })
})

describe('a server', () => {
  const [p256, p384, p521] = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']
  const [ed25519, ecdsa, rsa] = ['ssh-ed25519', [p256, p384, p521], ['rsa-sha2-512', 'rsa-sha2-256']]
  it.each([
    [[], [ed25519, ecdsa, rsa]],
    [['ssh-ed25519'], [ed25519, ecdsa, rsa]],
    [['ssh-rsa'], [rsa, ed25519, ecdsa]],
    [['ecdsa-sha2-nistp521'], [p521, ed25519, p256, p384, rsa]],
    [
      ['ecdsa-sha2-nistp256', 'ssh-rsa'],
      [p256, rsa, ed25519, p384, p521],
    ],
  ])('that is known by %j is asked for that first, and never for SHA-1', (types, expected) => {
    expect(hostKeyAlgorithms(types.map((type) => ({ type, public_key: '' })))).toEqual(expected.flat())
  })
})

it('what stands in known_hosts is read as it was written', () => {
  const keys = [
    { type: 'ssh-ed25519', public_key: 'AAAA' },
    { type: 'ssh-rsa', public_key: 'BBBB' },
  ]
  const text = knownHostsText('git.example.com', keys)
  expect(text).toBe('git.example.com ssh-ed25519 AAAA\ngit.example.com ssh-rsa BBBB\n')
  expect(readKnownHosts(`# a comment\n${text}`, 'git.example.com')).toEqual(keys)
  expect(readKnownHosts(text, 'other.example.com')).toEqual([])
})

it.each([
  ['ED25519', 'ssh-ed25519'],
  ['RSA', 'ssh-rsa'],
  ['ECDSA', 'ecdsa-sha2-nistp256'],
  ['DSA', undefined],
])('the short name %s means %s', (name, type) => {
  expect(typeByShortName(name, [])).toBe(type)
})
