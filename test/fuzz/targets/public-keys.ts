import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describePrivateKey } from '../../../packages/core/src/keys/describe-private-key.ts'
import { type ParsedPublicKey, parsePublicKey } from '../../../packages/core/src/keys/parse-public-key.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { answerOf, invisible, promise, same } from '../promises.ts'
import { ed25519, samples } from './key-samples.ts'

type KeyReader = (text: string) => ParsedPublicKey

const line = `${describePrivateKey(ed25519).publicKey} mia@laptop`
const [type = '', base64 = ''] = line.split(' ')

/** The bytes of a key, changed, in a line that is well written. */
const damagedInside = bytesNear(
  [Buffer.from(base64, 'base64')],
  [Buffer.alloc(4), Buffer.from([0, 0, 0, 32])],
).map((bytes) => `${type} ${bytes.toString('base64')}`)

const lines = fuzzTarget<string, KeyReader>({
  name: 'public keys',
  inputs: fc.oneof(
    {
      weight: 3,
      arbitrary: textNear(
        [line, `${type} ${base64}`, samples[0]!.text],
        [' ', '\t', '\n', type, 'ssh-rsa', 'AAAA', '='],
      ),
    },
    { weight: 1, arbitrary: damagedInside },
  ),
  parser: parsePublicKey,
  check(parse, text) {
    const found = answerOf(() => parse(text), 'SSH_KEY_INVALID')
    if (found === undefined) return 'refused'
    promise(!/[\r\n]/.test(found.line) && !invisible.test(found.line), 'one line, all of it seen')
    promise(/^SHA256:[A-Za-z0-9+/]{43}$/.test(found.fingerprint), 'a fingerprint')
    const { fingerprint, line: again, type: kind } = parse(found.line)
    same(
      [again, fingerprint, kind],
      [found.line, found.fingerprint, found.type],
      'what is stored is the same key',
    )
    const [name, bytes = ''] = found.line.split(' ')
    const blob = Buffer.from(bytes, 'base64')
    same(blob.toString('latin1', 4, 4 + blob.readUInt32BE(0)), name, 'it is of the type that it says')
    // OpenSSL takes it, too
    const x = blob.subarray(-32).toString('base64url')
    if (name === 'ssh-ed25519') createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
    return 'accepted'
  },
  long: () => repeated(['A', ' ', 'a ', '\t', '-----BEGIN ', '"'], { before: 'ssh-ed25519 ' }),
  broken: {
    'believes what it says': (text) => {
      const [name = '', bytes = 'AAAAAAAA'] = text.trim().split(/\s+/)
      if (name !== type) return parsePublicKey(text)
      return { ...parsePublicKey(line), line: `${name} ${bytes}` }
    },
    'takes several lines': (text) => {
      const found = parsePublicKey(text.split('\n')[0]!)
      return { ...found, line: `${found.line}\n` }
    },
    'shows what cannot be seen': (text) => ({ ...parsePublicKey(text), line: `${line} \u202e` }),
  },
})

export const publicKeyTargets: readonly AnyFuzzTarget[] = [lines]
