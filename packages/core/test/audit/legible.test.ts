import { describe, expect, it } from 'vitest'
import { legible } from '../../src/audit/legible.ts'

describe('what a caller says of himself, as an entry holds it', () => {
  it.each([
    ['a line end', 'a\r\nb', 'a��b'],
    ['an escape sequence, of seven bits and of eight', '\u001b[31mred \u009b31m', '�[31mred �31m'],
    ['a NUL and a DEL', '\0\u007f', '��'],
    ['the line ends of Unicode', 'a\u2028b\u2029c', 'a�b�c'],
    ['what turns the writing direction round', '\u202egnp.exe\u2066', '�gnp.exe�'],
    ['half a pair of surrogates', 'a\ud800b', 'a�b'],
  ])('has no more of %s than that something was there', (_, given, held) => {
    expect(legible(given)).toBe(held)
  })

  it('is as it was said otherwise', () => {
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) “größer” 中文 😀'
    expect(legible(agent)).toBe(agent)
  })
})
