import { createPrivateKey } from 'node:crypto'
import { isGitferryError } from '@gitferry/core/errors'
import fc from 'fast-check'
import { sshString, uint32 } from '../../../packages/core/src/git/ssh/ssh-data.ts'
import { type DerValue, derInteger, readDer } from '../../../packages/core/src/keys/der-reader.ts'
import { openOpenSsh } from '../../../packages/core/src/keys/open-openssh.ts'
import { readOpenSshEnvelope } from '../../../packages/core/src/keys/openssh-envelope.ts'
import { type ParsedPrivateKey, parsePrivateKey } from '../../../packages/core/src/keys/parse-private-key.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'
import { ed25519, known, passphrase, samples } from './key-samples.ts'

/** Opens nothing that takes long: the rounds of bcrypt are looked at before. */
const opener = {
  async open({ rounds, text }: { readonly rounds: number; readonly text: string }) {
    promise(rounds > 0 && rounds <= 128, 'no more rounds of bcrypt than are taken')
    return rounds <= 2 ? openOpenSsh(text, passphrase) : undefined
  },
}

/** Base64 of the key, eight characters of it at any place. */
function quotes(message: string, text: string): boolean {
  const secret = text.replace(/-----[^-]*-----|\s/g, '')
  for (let at = 0; at + 8 <= message.length; at += 1) {
    const piece = message.slice(at, at + 8)
    if (/^[\w+/=]{8}$/.test(piece) && /\d|[A-Z].*[a-z].*[A-Z]/.test(piece) && secret.includes(piece))
      return true
  }
  return false
}

type KeyParser = (text: string) => Promise<ParsedPrivateKey>
const parse: KeyParser = (text) => parsePrivateKey(text, { opener, passphrase })

const pemPieces = [
  '\n',
  '\r\n',
  '-----',
  'BEGIN ',
  'END ',
  'PRIVATE KEY-----\n',
  'A',
  'AAAA',
  '=',
  '\\n',
  'Proc-Type: 4,ENCRYPTED\n',
  'DEK-Info: AES-128-CBC,00\n',
  'RSA ',
  'EC ',
  'OPENSSH ',
  'ssh-ed25519 ',
]

/** What stands in the armour, changed: bits of the key and not only of its text. */
const damagedInside = fc
  .tuple(fc.constantFrom(...samples.map(({ text }) => text)), bytesNear([Buffer.alloc(1)]), fc.nat(2_000))
  .map(([text, bytes, at]) => {
    const [, first, base64, last] =
      /^(-----BEGIN [^-]+-----\n)([^-]*)(-----END [^-]+-----\n)$/.exec(text) ?? []
    if (base64 === undefined || base64.includes(':')) return text
    const content = Buffer.from(base64, 'base64')
    bytes.copy(content, at % content.length)
    return `${first}${content.toString('base64')}\n${last}`
  })

const containers = fuzzTarget<string, KeyParser>({
  name: 'private keys in every container',
  // an rsa key takes some milliseconds
  share: 0.6,
  inputs: fc.oneof(
    {
      weight: 3,
      arbitrary: textNear(
        samples.map(({ text }) => text),
        pemPieces,
      ),
    },
    { weight: 2, arbitrary: damagedInside },
  ),
  parser: parse,
  async check(read, text) {
    let found: ParsedPrivateKey
    try {
      found = await read(text)
    } catch (error) {
      if (!isGitferryError(error, 'SSH_KEY_INVALID')) throw error
      promise(
        !quotes(error.message + JSON.stringify(error.details), text),
        'an error quotes nothing of the key',
      )
      return 'refused'
    }
    // whatever was changed was no part of the key; of an ed25519 key without its public half any 32 bytes are one
    const isTold = found.type === 'rsa' || text.includes('OPENSSH')
    promise(!isTold || known.has(found.fingerprint), 'a damaged key is refused')
    // two numbers in the container are drawn anew each time
    const { bits, fingerprint, publicKey: line, type } = await read(found.privateKey)
    const stored = [found.bits, found.fingerprint, found.publicKey, found.type]
    same([bits, fingerprint, line, type], stored, 'what is stored is the same key')
    return 'accepted'
  },
  long: () =>
    repeated(['A', '\n', '-----BEGIN X-----', '-', ' ', '\\n', 'A '], {
      before: '-----BEGIN PRIVATE KEY-----',
    }),
  broken: {
    'quotes the key': async (text) =>
      parse(text).catch((error: Error) => {
        throw Object.assign(error, { message: `${error.message}: ${text}` })
      }),
    'says what OpenSSL says': async (text) => {
      createPrivateKey({ key: text, passphrase })
      return parse(text)
    },
    'believes the public half': async (text) => {
      const found = await parse(text)
      return { ...found, fingerprint: `SHA256:${text.length}` }
    },
    'stores what it was given': async (text) => ({ ...(await parse(text)), privateKey: text.slice(0, -40) }),
  },
})

const publicKey = Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 1))])
const envelope = (cipher: string, kdf: string, options: Buffer, count = 1): Buffer =>
  Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString(cipher),
    sshString(kdf),
    sshString(options),
    uint32(count),
    sshString(publicKey),
    sshString(Buffer.alloc(64)),
  ])
const bcrypt = (rounds: number): Buffer => Buffer.concat([sshString(Buffer.alloc(16)), uint32(rounds)])

type EnvelopeParser = typeof readOpenSshEnvelope

const envelopes = fuzzTarget<Buffer, EnvelopeParser>({
  name: 'the envelope of an OpenSSH key',
  inputs: bytesNear(
    [
      envelope('none', 'none', Buffer.alloc(0)),
      envelope('aes256-ctr', 'bcrypt', bcrypt(16)),
      envelope('aes256-ctr', 'bcrypt', bcrypt(100_000)),
      envelope('none', 'none', Buffer.alloc(0), 2),
    ],
    [sshString('none'), sshString('bcrypt'), bcrypt(128), bcrypt(129), uint32(1), sshString('ssh-dss')],
  ),
  parser: readOpenSshEnvelope,
  check(read, content) {
    const found = answerOf(() => read(content), 'SSH_KEY_INVALID')
    if (found === undefined) return 'refused'
    promise(found.rounds >= 0 && found.rounds <= 128, 'no more rounds of bcrypt than are taken')
    promise(found.isEncrypted === found.rounds > 0, 'what is encrypted has rounds')
    promise(content.includes(found.publicKey), 'the public half that stands there')
    return 'accepted'
  },
  long: () => [
    Buffer.alloc(200_000, 0xff),
    Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.alloc(200_000)]),
  ],
  broken: {
    'takes any rounds': (content) => {
      const at = content.indexOf(sshString(Buffer.alloc(16)))
      return {
        ...readOpenSshEnvelope(envelope('aes256-ctr', 'bcrypt', bcrypt(1))),
        rounds: at < 0 ? 1 : content.readUInt32BE(at + 20),
        publicKey: Buffer.alloc(0),
      }
    },
    'falls over what is cut off': (content) => {
      content.readUInt32BE(content.length - 70)
      return readOpenSshEnvelope(content)
    },
  },
})

type DerReader = (bytes: Buffer) => readonly DerValue[]

/** What a value takes when it is written in the shortest form. */
const der = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(tag, 0x84), uint32(content.length), content])

const derValues = fuzzTarget<Buffer, DerReader>({
  name: 'DER',
  inputs: bytesNear(
    [
      ed25519.export({ type: 'pkcs8', format: 'der' }),
      der(2, Buffer.from([1, 2, 3])),
      Buffer.of(2, 1, 5),
      Buffer.of(0x30, 0x80),
    ],
    [Buffer.of(2, 1, 1), Buffer.of(0x30, 0), Buffer.of(2, 0x84, 0, 0, 0, 1), Buffer.of(2, 0x89)],
  ),
  parser: readDer,
  check(read, bytes) {
    let values: readonly DerValue[]
    try {
      values = read(bytes)
    } catch (error) {
      // callers take it for a damaged key
      if (error instanceof RangeError) return 'refused'
      throw error
    }
    const length = values.reduce((sum, { content }) => sum + content.length, 0)
    promise(
      length <= bytes.length && values.slice(0, 20).every(({ content }) => bytes.includes(content)),
      'values are what stands there',
    )
    same(
      read(Buffer.concat(values.map(({ tag, content }) => der(tag, content)))),
      values,
      'written anew they are the same',
    )
    for (const value of values) {
      try {
        promise(derInteger(value) >= 0, 'a number is none below zero')
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    }
    return 'accepted'
  },
  long: () => [2, 0, 0x30].map((tag) => Buffer.alloc(50_000, tag)),
  broken: {
    'reads beyond the end': (bytes) => {
      const values = readDer(Buffer.concat([bytes, Buffer.alloc(300)]))
      return values
        .slice(0, 1)
        .map(({ content, tag }) => ({ tag, content: Buffer.concat([content, Buffer.of(0xaa, 0xbb)]) }))
    },
    'takes a length without an end': (bytes) =>
      bytes[1] === 0x80 ? [{ tag: bytes[0]!, content: Buffer.from('until its end') }] : readDer(bytes),
    'throws what nobody expects': (bytes) => {
      if (bytes.length < 3) throw new TypeError('too short')
      return readDer(bytes)
    },
  },
})

export const keyTargets: readonly AnyFuzzTarget[] = [containers, envelopes, derValues]
