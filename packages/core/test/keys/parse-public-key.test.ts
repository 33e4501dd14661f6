import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OpenSshKeyOpener } from '../../src/keys/openssh-key-opener.ts'
import { fingerprintOfBlob, parsePublicKey } from '../../src/keys/parse-public-key.ts'
import { fingerprintOfPrivateKey } from '../../src/keys/private-key-fingerprint.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { KeyFolder, needsOpenssl } from './key-folder.ts'

const kinds = {
  'rsa of 2048 bits': ['-t', 'rsa', '-b', '2048'],
  'ecdsa on P-256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa on P-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa on P-521': ['-t', 'ecdsa', '-b', '521'],
  ed25519: ['-t', 'ed25519'],
} as const
type Kind = keyof typeof kinds
const kindNames = Object.keys(kinds) as Kind[]

const opener = new OpenSshKeyOpener({ logger: silentLogger })
let folder: KeyFolder
const keys = new Map<Kind, string>()
const lines = new Map<Kind, string>()
beforeAll(() => {
  folder = new KeyFolder()
  for (const kind of kindNames) {
    keys.set(kind, folder.make(...kinds[kind]))
    lines.set(kind, folder.show(keys.get(kind)!).publicKey)
  }
})
afterAll(() => folder[Symbol.dispose]())

const lineOf = (kind: Kind): string => lines.get(kind)!
const blobOf = (line: string): Buffer => Buffer.from(line.split(' ')[1]!, 'base64')

/** What ssh-keygen says of a line; `undefined`: it does not take it. */
function shownBySshKeygen(line: string): string | undefined {
  try {
    const args = ['-l', '-f', folder.write(`${line}\n`)]
    return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: 'pipe' }).split(' ')[1]
  } catch {
    return undefined
  }
}

const refusal = (text: string): { code: string; message: string; details: { field?: unknown } } => {
  try {
    parsePublicKey(text)
  } catch (error) {
    return error as ReturnType<typeof refusal>
  }
  throw new Error(`it was taken: ${text}`)
}

/** A key of any form, as SSH writes it. */
function written(name: string, ...parts: (Buffer | string)[]): string {
  const strings = [name, ...parts].map((part) => {
    const bytes = Buffer.from(part as string)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  })
  return `${name} ${Buffer.concat(strings).toString('base64')}`
}

describe('a public key', () => {
  it.each(kindNames)('%s: is what ssh-keygen says of it, with its comment and without', (kind) => {
    const line = lineOf(kind)
    const type = kind.split(' ')[0]
    const fingerprint = shownBySshKeygen(line)
    expect(parsePublicKey(line)).toEqual({ type, line, fingerprint })
    expect(fingerprintOfBlob(blobOf(line))).toBe(fingerprint)
    const commented = `${line} Mia’s laptop, 2nd`
    expect(parsePublicKey(`\uFEFF ${commented.replace(' ', ' \t ')}  \r\n`)).toEqual({
      type,
      line: commented,
      fingerprint,
    })
  })

  it.each<[string, (line: string) => string, RegExp]>([
    ['nothing', () => ' \n', /must not be empty/],
    ['a type alone', () => 'ssh-ed25519', /cut short/],
    ['two lines', (line) => `${line}\n${line}`, /must be one line/],
    ['options before it', (line) => `no-pty,command="a b" ${line}`, /options before it/],
    ['a host before it', (line) => `git.example.org ${line}`, /must begin with its type/],
    [
      'a certificate',
      (line) => line.replace('ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com'),
      /certificate/,
    ],
    ['a security key', (line) => line.replace('ssh-ed25519', 'sk-ssh-ed25519@openssh.com'), /security key/],
    ['a DSA key', (line) => line.replace('ssh-ed25519', 'ssh-dss'), /DSA/],
    [
      'a type of the future',
      (line) => line.replace('ssh-ed25519', 'ssh-mldsa44'),
      /of a type that is not taken/,
    ],
    ['a type named __proto__', (line) => line.replace('ssh-ed25519', '__proto__'), /not a public key/],
    [
      'another type than it is',
      (line) => line.replace('ssh-ed25519', 'ssh-rsa'),
      /another type than it says/,
    ],
    ['another curve', () => lineOf('ecdsa on P-256').replace('256', '384'), /another type than it says/],
    ['a cut end', (line) => line.slice(0, -8), /cut short/],
    [
      'a byte too many',
      (line) => `ssh-ed25519 ${Buffer.concat([blobOf(line), Buffer.of(0)]).toString('base64')}`,
      /behind its end/,
    ],
    ['base64 that is not padded', () => lineOf('ecdsa on P-256').replace(/=+$/, ''), /not base64/],
    ['base64url', (line) => `${line.slice(0, -1)}_`, /not base64/],
    [
      'base64 with bits that mean nothing',
      () => written('ssh-ed25519', Buffer.alloc(31)).replace(/.=$/, 'B='),
      /not base64|cut short/,
    ],
    ['a key of 31 bytes', () => written('ssh-ed25519', Buffer.alloc(31)), /cut short/],
    [
      'no point of its curve',
      () => written('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4)),
      /no point of P-256/,
    ],
    ['a compressed point', () => written('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(33, 2)), /no point/],
    [
      'an rsa key of 1024 bits',
      () => written('ssh-rsa', Buffer.of(1, 0, 1), Buffer.concat([Buffer.of(0), Buffer.alloc(128, 0xff)])),
      /1024 bits; it must have at least 2048/,
    ],
    [
      'an rsa key of 16392 bits',
      () => written('ssh-rsa', Buffer.of(3), Buffer.concat([Buffer.of(0), Buffer.alloc(2_049, 0xff)])),
      /at most 16384/,
    ],
    [
      'an even modulus',
      () => written('ssh-rsa', Buffer.of(3), Buffer.concat([Buffer.of(0), Buffer.alloc(256, 0xfe)])),
      /no rsa key/,
    ],
    [
      'an exponent of one',
      () => written('ssh-rsa', Buffer.of(1), Buffer.concat([Buffer.of(0), Buffer.alloc(256, 0xff)])),
      /no rsa key/,
    ],
    [
      'a negative modulus',
      () => written('ssh-rsa', Buffer.of(3), Buffer.alloc(256, 0xff)),
      /not written as they must/,
    ],
    [
      'a modulus with zeros before it',
      () => written('ssh-rsa', Buffer.of(3), Buffer.concat([Buffer.of(0, 0), Buffer.alloc(256, 0xff)])),
      /not written as they must/,
    ],
    ['a comment that would forge a line', (line) => `${line} a\u2028b`, /control characters/],
    ['a comment that turns round', (line) => `${line} a\u202eb`, /control characters/],
    ['a private key', () => keys.get('ed25519')!, /is a private key/],
    ['a PuTTY key', () => 'PuTTY-User-Key-File-3: ssh-ed25519', /is a private key/],
    ['another format', () => '---- BEGIN SSH2 PUBLIC KEY ----', /another format/],
    ['PEM', () => '-----BEGIN PUBLIC KEY-----', /another format/],
    ['a comment line', (line) => `# ${line}`, /is a comment/],
    ['prose', () => 'give me access please', /is not a public key/],
  ])('is refused when it is %s, in words that quote nothing', (_, make, why) => {
    const given = make(lineOf('ed25519'))
    const { code, details, message } = refusal(given)
    expect(message).toMatch(why)
    expect({ code, field: details.field }).toEqual({ code: 'SSH_KEY_INVALID', field: 'key' })
    for (const word of given.split(/\s+/).filter((each) => each.length > 30))
      expect(message).not.toContain(word)
  })

  it('that is changed anywhere is refused or another key, and ssh-keygen takes what is taken', () => {
    const line = lineOf('ecdsa on P-256')
    const blob = blobOf(line)
    const taken: string[] = []
    fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Buffer.from(blob)
        changed[at]! ^= bits
        const text = `ecdsa-sha2-nistp256 ${changed.toString('base64')}`
        try {
          expect(parsePublicKey(text).fingerprint).not.toBe(parsePublicKey(line).fingerprint)
          taken.push(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'SSH_KEY_INVALID' })
        }
      }),
      { numRuns: 300 },
    )
    for (const text of taken) expect(shownBySshKeygen(text)).toBe(parsePublicKey(text).fingerprint)
  })

  it('is never a crash, whatever is given', () => {
    const start = fc.constantFrom('', 'ssh-rsa ', 'ssh-ed25519 ', 'ecdsa-sha2-nistp521 ')
    const rest = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
    )
    fc.assert(
      fc.property(start, rest, (before, after) => {
        expect(refusal(before + after).code).toBe('SSH_KEY_INVALID')
      }),
    )
  })
})

describe('the fingerprint of a private key', () => {
  const tried = (text: string) => fingerprintOfPrivateKey(text, { opener })
  const of = async (text: string) => (await tried(text)).fingerprint

  it.each(kindNames)('%s: is that of its public half, in every container', async (kind) => {
    const key = keys.get(kind)!
    const { fingerprint } = folder.show(key)
    const encrypted = folder.convert(key, '-N', 'a passphrase')
    const containers = [key, encrypted]
    if (kind !== 'ed25519')
      containers.push(folder.convert(key, '-m', 'PEM'), folder.convert(key, '-m', 'PKCS8'))
    for (const text of containers) {
      const spoilt = [
        text,
        text.replaceAll('\n', ''),
        text.replaceAll('\n', '\\n'),
        text.replaceAll('\n', '\r\n'),
      ]
      for (const one of spoilt) {
        expect(await tried(one)).toEqual({ fingerprint, isProven: text !== encrypted })
      }
    }
  })

  it('is told of what openssl wrote, too', async (context) => {
    needsOpenssl(context)
    const pkcs8 = folder.openssl('', 'genpkey', '-algorithm', 'ed25519')
    expect(await of(pkcs8)).toMatch(/^SHA256:/)
  })

  it('is not told of an encrypted key that does not say it, nor of what is no key', async () => {
    const pem = folder.convert(keys.get('rsa of 2048 bits')!, '-m', 'PEM', '-N', 'a passphrase')
    await expect(of(pem)).rejects.toMatchObject({ code: 'SSH_KEY_INVALID', details: { field: 'passphrase' } })
    for (const text of ['', 'x', lineOf('ed25519'), keys.get('ed25519')!.slice(0, 150)]) {
      await expect(of(text)).rejects.toMatchObject({
        code: 'SSH_KEY_INVALID',
        details: { field: 'private_key' },
      })
    }
  })

  it('is not that of a public half which was put beside another private half', async () => {
    const [one, two] = [keys.get('ed25519')!, folder.make('-t', 'ed25519')]
    const bytes = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    const [own, others] = [bytes(one), bytes(two)]
    const from = own.indexOf(blobOf(lineOf('ed25519')))
    others.copy(own, from, from, from + 51)
    const forged = `-----BEGIN OPENSSH PRIVATE KEY-----\n${own.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
    await expect(of(forged)).rejects.toMatchObject({ code: 'SSH_KEY_INVALID' })
  })
})
