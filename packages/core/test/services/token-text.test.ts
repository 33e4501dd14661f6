import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  hashOfSecret,
  isSecretOf,
  newTokenText,
  readTokenText,
  tokenPrefix,
  writeTokenText,
} from '../../src/services/token-text.ts'

const publicId = 'k3v9q2m7x1ab'
const secret = 'B3x1Qm0v8s2a7Lk9dT4yPzWc6UeRnHfJ5gIoXq1tV0A'

describe('the text of a token', () => {
  it('is gitferry_, 12 letters and digits, and 32 bytes in base64url', () => {
    for (let count = 0; count < 200; count++) {
      const made = newTokenText()
      expect(made.publicId).toMatch(/^[a-z0-9]{12}$/)
      expect(Buffer.from(made.secret, 'base64url')).toHaveLength(32)
      const text = writeTokenText(made)
      expect(text).toMatch(/^gitferry_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/)
      expect(text.startsWith(`${tokenPrefix(made.publicId)}_`)).toBe(true)
      expect(readTokenText(text)).toEqual(made)
    }
  })

  it('is another one each time, made of every letter and digit', () => {
    const made = Array.from({ length: 1_000 }, newTokenText)
    expect(new Set(made.map((each) => each.publicId)).size).toBe(1_000)
    expect(new Set(made.map((each) => each.secret)).size).toBe(1_000)
    // 12,000 letters of 36: that one is missing has a chance below 10^-140
    expect(new Set(made.flatMap((each) => [...each.publicId])).size).toBe(36)
  })

  it.each([
    ['nothing', ''],
    ['another beginning', `github_${publicId}_${secret}`],
    ['a beginning in capitals', `GITFERRY_${publicId}_${secret}`],
    ['an id that is short', `gitferry_${publicId.slice(1)}_${secret}`],
    ['an id in capitals', `gitferry_${publicId.toUpperCase()}_${secret}`],
    ['a secret that is short', `gitferry_${publicId}_${secret.slice(1)}`],
    ['a secret that is long', `gitferry_${publicId}_${secret}A`],
    ['a secret in base64', `gitferry_${publicId}_${secret.slice(1)}+`],
    ['no secret', `gitferry_${publicId}_`],
    ['a line end', `gitferry_${publicId}_${secret}\n`],
    ['a space before it', ` gitferry_${publicId}_${secret}`],
    ['a megabyte', 'gitferry_'.repeat(120_000)],
  ])('with %s is none', (_, text) => {
    expect(readTokenText(text)).toBeUndefined()
  })
})

describe('the hash of a secret', () => {
  it('is its SHA-256 in hex', () => {
    expect(hashOfSecret(secret)).toBe(createHash('sha256').update(secret).digest('hex'))
  })

  it('tells the secret from every other, also one that decodes to the same bytes', () => {
    const hash = hashOfSecret(secret)
    expect(isSecretOf(hash, secret)).toBe(true)
    // the last letter of 43 carries 4 bits: A and B say the same
    const same = `${secret.slice(0, -1)}B`
    expect(Buffer.from(same, 'base64url')).toEqual(Buffer.from(secret, 'base64url'))
    for (const other of [same, secret.toLowerCase(), '', hash]) expect(isSecretOf(hash, other)).toBe(false)
  })

  it.each(['', 'x', '00', hashOfSecret(secret).slice(2), `${hashOfSecret(secret)}00`])(
    'that is damaged (%s) is no one’s, and no error',
    (hash) => {
      expect(isSecretOf(hash, secret)).toBe(false)
    },
  )
})
