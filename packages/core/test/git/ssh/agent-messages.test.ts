import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { AgentFrames, answerAgentMessage } from '../../../src/git/ssh/agent-messages.ts'
import { readSigningKey } from '../../../src/git/ssh/signing-key.ts'
import { mpint, SshReader, sshString, uint32 } from '../../../src/git/ssh/ssh-data.ts'
import { blobOf, ed25519, keyPairs, rsa } from './keys.ts'

const refused = Buffer.from([0, 0, 0, 1, 5])
const data = Buffer.from('what is to be signed')

const signRequest = (blob: Buffer, flags: number, signed: Buffer = data): Buffer =>
  Buffer.concat([Buffer.of(13), sshString(blob), sshString(signed), uint32(flags)])

/** Takes an answer apart: its type, and of a signature the algorithm and the bytes. */
function read(answer: Buffer) {
  const body = new SshReader(answer).string() ?? Buffer.alloc(0)
  const signature = new SshReader(body.subarray(1)).string()
  const parts = signature && new SshReader(signature)
  return {
    type: body[0],
    algorithm: parts?.string()?.toString(),
    signature: parts?.string() ?? Buffer.alloc(0),
  }
}

describe('an agent that is asked for its keys', () => {
  it.each(keyPairs)('names one, without a comment: $name', (pair) => {
    const answer = answerAgentMessage(Buffer.of(11), readSigningKey(pair.private))
    const body = Buffer.concat([Buffer.of(12), uint32(1), sshString(blobOf(pair.public)), sshString('')])
    expect(answer).toEqual(sshString(body))
  })
})

describe('a signature', () => {
  it.each([
    [2, 'rsa-sha2-256', 'sha256'],
    [4, 'rsa-sha2-512', 'sha512'],
    [6, 'rsa-sha2-512', 'sha512'],
  ] as const)('of an rsa key follows the flags %i', (flags, algorithm, hash) => {
    const answer = read(
      answerAgentMessage(signRequest(blobOf(rsa.public), flags), readSigningKey(rsa.private)),
    )
    expect(answer).toMatchObject({ type: 14, algorithm })
    const parsed = ssh2.utils.parseKey(rsa.public)
    if (parsed instanceof Error) throw parsed
    expect(verify(hash, data, createPublicKey(parsed.getPublicPEM()), answer.signature)).toBe(true)
  })

  it('is never SHA-1, which an rsa key without flags would give', () => {
    const key = readSigningKey(rsa.private)
    for (const flags of [0, 1, 8]) {
      expect(answerAgentMessage(signRequest(blobOf(rsa.public), flags), key)).toEqual(refused)
    }
  })

  it.each(keyPairs.filter(({ name }) => name.startsWith('ecdsa')))(
    'of a key $name is two numbers as SSH writes them',
    (pair) => {
      const parsed = ssh2.utils.parseKey(pair.public)
      if (parsed instanceof Error) throw parsed
      const key = readSigningKey(pair.private)
      // often enough to meet numbers with a highest bit, and short ones
      for (let round = 0; round < 64; round += 1) {
        const text = Buffer.from(`round ${round}`)
        const { algorithm, signature } = read(answerAgentMessage(signRequest(key.blob, 0, text), key))
        expect(algorithm).toBe(parsed.type)
        const halves = new SshReader(signature)
        const [r, s] = [halves.string()!, halves.string()!]
        const der = Buffer.concat([Buffer.of(2, r.length), r, Buffer.of(2, s.length), s])
        const length = der.length < 128 ? Buffer.of(der.length) : Buffer.of(0x81, der.length)
        const bits = Number(pair.name.split(' ')[1])
        const hash = bits === 521 ? 'sha512' : `sha${bits}`
        const asDer = Buffer.concat([Buffer.of(0x30), length, der])
        expect(verify(hash, text, createPublicKey(parsed.getPublicPEM()), asDer)).toBe(true)
      }
    },
  )

  it('is given for the one key alone', () => {
    expect(
      answerAgentMessage(signRequest(blobOf(keyPairs[2]!.public), 0), readSigningKey(ed25519.private)),
    ).toEqual(refused)
  })
})

describe('everything else', () => {
  it.each([
    ['session-bind@openssh.com', Buffer.concat([Buffer.of(27), sshString('session-bind@openssh.com')])],
    ['adding a key', Buffer.of(17)],
    ['removing all keys', Buffer.of(19)],
    ['locking', Buffer.of(22)],
    ['a request that ends early', signRequest(blobOf(ed25519.public), 0).subarray(0, -1)],
    ['a request of one byte', Buffer.of(13)],
  ])('is refused with one and the same answer: %s', (_, message) => {
    expect(answerAgentMessage(message, readSigningKey(ed25519.private))).toEqual(refused)
  })
})

describe('what a client sends', () => {
  it('is cut into the same messages however it arrives', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.array(fc.nat(60), { maxLength: 10 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((message) => sshString(message)))
        const frames = new AgentFrames()
        const edges = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length]
        const received = edges
          .slice(1)
          .flatMap((end, index) => frames.push(Buffer.from(stream.subarray(edges[index], end))))
        expect(received.map((message) => [...(message ?? [])])).toEqual(sent.map((message) => [...message]))
      }),
    )
  })

  it.each([0, 256 * 1024 + 1, 0xff_ff_ff_ff])('is no message where it names %i bytes', (length) => {
    expect(new AgentFrames().push(uint32(length))).toBeUndefined()
  })
})

describe('an mpint', () => {
  // RFC 4251, section 5
  it.each([
    ['', '00000000'],
    ['0000', '00000000'],
    ['09a378f9b2e332a7', '0000000809a378f9b2e332a7'],
    ['80', '000000020080'],
    ['000080', '000000020080'],
    ['007f', '000000017f'],
  ])('of %j is %s', (number, expected) => {
    expect(mpint(Buffer.from(number, 'hex')).toString('hex')).toBe(expected)
  })
})

describe('a stored key that cannot be used', () => {
  it.each([
    ['nothing', ''],
    ['a public key', ed25519.public],
    [
      'an encrypted one',
      ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'x', cipher: 'aes256-ctr', rounds: 1 }).private,
    ],
    ['a text', 'SECRETSECRET'],
  ])('is refused without a word of it: %s', (_, text) => {
    expect(() => readSigningKey(text)).toThrow(/^The stored SSH key cannot be read as one unencrypted/)
  })
})
