import { createECDH, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describePrivateKey } from '../../../packages/core/src/keys/describe-private-key.ts'

/** The same key in every run: an ed25519 key is any 32 bytes. */
export const ed25519 = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 5)]),
  format: 'der',
  type: 'pkcs8',
})

function ellipticKey(): KeyObject {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(Buffer.alloc(32, 9))
  const point = pair.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  return createPrivateKey({
    key: { kty: 'EC', crv: 'P-256', x: x!, y: y!, d: pair.getPrivateKey().toString('base64url') },
    format: 'jwk',
  })
}

/** Of every key that is encrypted. */
export const passphrase = 'correct horse'

interface Sample {
  readonly text: string
  readonly fingerprint: string
}

/** Real keys in every container, and what they are known by; the rsa key is a new one each time. */
function makeSamples(): readonly Sample[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const elliptic = ellipticKey()
  const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1', cipher?: string) =>
    String(key.export({ type: type as 'pkcs8', format: 'pem', ...(cipher && { cipher, passphrase }) }))
  const texts = (key: KeyObject, ...more: readonly string[]): Sample[] => {
    const { fingerprint, privateKey } = describePrivateKey(key)
    return [privateKey, pem(key, 'pkcs8'), pem(key, 'pkcs8', 'aes-256-cbc'), ...more].map((text) => ({
      fingerprint,
      text,
    }))
  }
  return [
    ...texts(ed25519),
    ...texts(elliptic, pem(elliptic, 'sec1')),
    ...texts(rsa, pem(rsa, 'pkcs1'), pem(rsa, 'pkcs1', 'aes-128-cbc')),
  ]
}

/** All of them. */
export const samples = makeSamples()
/** Their fingerprints. */
export const known = new Set(samples.map(({ fingerprint }) => fingerprint))
