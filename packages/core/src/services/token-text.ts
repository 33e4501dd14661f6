import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const publicIdLength = 12
const publicIdLetters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const secretBytes = 32
const form = /^gitferry_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/

/** The two halves of a token: what finds it, and what proves it. */
export interface TokenText {
  readonly publicId: string
  readonly secret: string
}

/** A new token: 62 random bits to find it by, 256 to prove it. */
export const newTokenText = (): TokenText => ({
  publicId: Array.from({ length: publicIdLength }, () => publicIdLetters[randomInt(36)]).join(''),
  secret: randomBytes(secretBytes).toString('base64url'),
})

/** What a token begins with: enough to tell tokens apart and for scanners to find one, and no secret. */
export const tokenPrefix = (publicId: string): string => `gitferry_${publicId}`

export const writeTokenText = ({ publicId, secret }: TokenText): string =>
  `${tokenPrefix(publicId)}_${secret}`

/** The halves of a token, or `undefined` where a text cannot be one. */
export function readTokenText(text: string): TokenText | undefined {
  const found = form.exec(text)
  return found ? { publicId: found[1]!, secret: found[2]! } : undefined
}

/**
 * What is stored of a secret: its SHA-256, in hex. A slow hash protects what people think up; 256 random bits cannot be
 * guessed, however fast the hash.
 */
export const hashOfSecret = (secret: string): string => digest(secret).toString('hex')

/** Whether a secret is the one of a hash. Takes as long whatever differs. */
export function isSecretOf(hash: string, secret: string): boolean {
  const stored = Buffer.from(hash, 'hex')
  const shown = digest(secret)
  return stored.length === shown.length && timingSafeEqual(stored, shown)
}

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest()
