import { inspect } from 'node:util'
import { type GitferryError, isGitferryError } from '@gitferry/core/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aesGcmSecrets } from '../../src/secrets/aes-gcm.ts'

const keyOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const box = aesGcmSecrets({ key: keyOf(1) })
const place = 'ssh_keys.sealed_private_key.7'

/** What a call is refused with; that it throws is part of the claim. */
function refusal(work: () => unknown): GitferryError {
  try {
    work()
  } catch (error) {
    if (isGitferryError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const codeOf = (work: () => unknown) => refusal(work).code

const secret = fc.string({
  unit: fc.oneof(fc.constantFrom('\0', '\n', '.', 'é', '漢', '😀'), fc.string({ maxLength: 1 })),
})

describe('what was sealed', () => {
  it('opens at its place, whatever it is', () => {
    fc.assert(
      fc.property(secret, fc.string(), (text, associated) => {
        expect(box.unseal(box.seal(text, associated), associated)).toBe(text)
      }),
    )
  })

  it('is never the same twice, and holds nothing of the secret', () => {
    const sealed = Array.from({ length: 100 }, () => box.seal('canary-canary', place))
    expect(new Set(sealed).size).toBe(100)
    expect(new Set(sealed.map((text) => text.split('.')[2])).size).toBe(100)
    for (const text of sealed) {
      expect(text).toMatch(/^v1\.[\w-]{11}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/)
      expect(text).not.toContain('canary')
      expect(Buffer.from(text.split('.')[3]!, 'base64url').toString('latin1')).not.toContain('canary')
    }
  })

  it.each([
    ['another row', 'ssh_keys.sealed_private_key.8'],
    ['another column', 'ssh_keys.name.7'],
    ['another table', 'credentials.sealed_private_key.7'],
    ['a longer id', 'ssh_keys.sealed_private_key.70'],
    ['no place', ''],
  ])('does not open at %s', (_, other) => {
    expect(codeOf(() => box.unseal(box.seal('secret', place), other))).toBe('SECRET_UNREADABLE')
  })

  it('does not open at any place but its own', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (own, other) => {
        fc.pre(Buffer.from(own).compare(Buffer.from(other)) !== 0)
        expect(codeOf(() => box.unseal(box.seal('secret', own), other))).toBe('SECRET_UNREADABLE')
      }),
    )
  })

  it('does not open after any bit of it was turned', () => {
    const sealed = box.seal('secret', place)
    const [version, ...parts] = sealed.split('.')
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const turned = Buffer.from(bytes)
        turned[bit >> 3]! ^= 1 << (bit & 7)
        const altered = [version, ...parts.with(index, turned.toString('base64url'))].join('.')
        expect(codeOf(() => box.unseal(altered, place))).toBe('SECRET_UNREADABLE')
      }
    }
  })

  it('does not open with a tag of fewer bytes than 16', () => {
    const parts = box.seal('secret', place).split('.')
    const tag = Buffer.from(parts[4]!, 'base64url')
    for (let length = 0; length < 16; length += 1) {
      const cut = [...parts.slice(0, 4), tag.subarray(0, length).toString('base64url')].join('.')
      expect(codeOf(() => box.unseal(cut, place))).toBe('SECRET_UNREADABLE')
    }
  })

  it('does not open with the parts of two texts put together', () => {
    const [a, b] = [box.seal('one', place), box.seal('two', place)].map((text) => text.split('.'))
    for (const index of [2, 3, 4]) {
      expect(codeOf(() => box.unseal(a!.with(index, b![index]!).join('.'), place))).toBe('SECRET_UNREADABLE')
    }
  })

  it.each(['', 'secret', 'v1', 'v1....', 'v2.AAAAAAAAAAA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA'])(
    '%j is not taken for one',
    (text) => expect(codeOf(() => box.unseal(text, place))).toBe('SECRET_UNREADABLE'),
  )

  it('any text at all is refused in the same way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codeOf(() => box.unseal(text, place))).toBe('SECRET_UNREADABLE')
      }),
    )
  })
})

describe('another key', () => {
  it('opens nothing', () => {
    const other = aesGcmSecrets({ key: keyOf(2) })
    expect(codeOf(() => other.unseal(box.seal('secret', place), place))).toBe('SECRET_UNREADABLE')
  })

  it('opens nothing either when the text claims to be its own', () => {
    const other = aesGcmSecrets({ key: keyOf(2) })
    const id = other.seal('', '').split('.')[1]!
    const claimed = box.seal('secret', place).split('.').with(1, id).join('.')
    expect(codeOf(() => other.unseal(claimed, place))).toBe('SECRET_UNREADABLE')
  })

  it('of before opens what it sealed, and seals nothing', () => {
    const rotated = aesGcmSecrets({ key: keyOf(2), oldKeys: [keyOf(1), keyOf(3)] })
    const old = box.seal('secret', place)
    expect(rotated.unseal(old, place)).toBe('secret')
    expect(rotated.isStale(old)).toBe(true)
    const sealed = rotated.seal('secret', place)
    expect(rotated.isStale(sealed)).toBe(false)
    expect(codeOf(() => box.unseal(sealed, place))).toBe('SECRET_UNREADABLE')
  })
})

describe('the key', () => {
  it('is the same given as bytes and as base64', () => {
    const text = Buffer.from(keyOf(1)).toString('base64')
    for (const key of [text, text.replace('=', ''), ` ${text}\n`, Buffer.from(keyOf(1))]) {
      expect(aesGcmSecrets({ key }).unseal(box.seal('secret', place), place)).toBe('secret')
    }
  })

  it.each<[string, Uint8Array | string]>([
    ['of 31 bytes', new Uint8Array(31)],
    ['of 33 bytes', new Uint8Array(33)],
    ['of no bytes', ''],
    ['in base64 of 16 bytes', Buffer.alloc(16).toString('base64')],
    ['in base64 of 33 bytes', Buffer.alloc(33).toString('base64')],
    ['in hexadecimal digits', 'a'.repeat(64)],
    ['of any text', 'correct horse battery staple, canary'],
  ])('%s is refused, and not quoted', (_, key) => {
    const error = refusal(() => aesGcmSecrets({ key }))
    expect(error.code).toBe('INVALID_INPUT')
    expect(error.message).toBe('key: must be 32 bytes, or their base64 text')
    expect(refusal(() => aesGcmSecrets({ key: keyOf(1), oldKeys: [keyOf(1), key] })).details.field).toBe(
      'oldKeys.1',
    )
  })

  it('or a file must be given, and not both', () => {
    expect(refusal(() => aesGcmSecrets({})).code).toBe('INVALID_INPUT')
    expect(refusal(() => aesGcmSecrets({ key: keyOf(1), keyFile: '/x' })).code).toBe('INVALID_INPUT')
    expect(refusal(() => aesGcmSecrets({ keyFile: '' })).details.field).toBe('keyFile')
  })

  it('does not change when the bytes that it was given as do', () => {
    const bytes = keyOf(1)
    const own = aesGcmSecrets({ key: bytes })
    bytes.fill(9)
    expect(own.unseal(box.seal('secret', place), place)).toBe('secret')
  })

  it('does not show when the box is printed', () => {
    const key = 'canarycanarycanarycanarycanarycanarycanaryc='
    const shown =
      inspect(aesGcmSecrets({ key }), { depth: 9, showHidden: true }) + JSON.stringify(aesGcmSecrets({ key }))
    expect(shown).not.toContain('canary')
  })
})
