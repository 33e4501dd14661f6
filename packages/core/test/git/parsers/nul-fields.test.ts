import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NulFields } from '../../../src/git/parsers/nul-fields.ts'

/** Hands a text over in pieces of these lengths, again and again. */
function read(text: Buffer, lengths: readonly number[], maxBytes?: number): string[] {
  const fields: string[] = []
  const reader = new NulFields({ maxBytes, onField: (field) => fields.push(field.toString('latin1')) })
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = lengths[turn % lengths.length]!
    reader.push(text.subarray(at, at + length))
    at += length
  }
  reader.end()
  return fields
}

describe('fields that end with a NUL', () => {
  it('are the same however the stream is cut', () => {
    const bytes = fc.array(fc.constantFrom(0, 1, 65, 255), { maxLength: 60 })
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(bytes, lengths, (given, cuts) => {
        const text = Buffer.from(given)
        const expected = text.toString('latin1').split('\0')
        if (expected.at(-1) === '') expected.pop()
        expect(read(text, cuts)).toEqual(expected)
      }),
    )
  })

  it('that are too long are told by their beginning and their last 16 bytes', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), lengths, (size, cuts) => {
        const field = Array.from({ length: size }, (_, index) => String.fromCharCode(65 + (index % 26))).join(
          '',
        )
        const [told, after] = read(Buffer.from(`${field}\0next\0`), cuts, 20)
        const expected = size <= 20 ? field : field.slice(0, 20) + field.slice(20).slice(-16)
        expect([told, after]).toEqual([expected, 'next'])
      }),
    )
  })
})
