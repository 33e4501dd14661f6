import { describe, expect, it } from 'vitest'
import { line } from '../../src/contract/text.ts'

const name = line(10)

describe('a line of text', () => {
  it.each([
    ['plain', 'plain'],
    ['  trimmed \t\n', 'trimmed'],
    ['ten chars!', 'ten chars!'],
    ['   ten chars!   ', 'ten chars!'],
    ['Ünï 漢 🚀', 'Ünï 漢 🚀'],
    ['שלום', 'שלום'],
    ["<b>'$(id)", "<b>'$(id)"],
  ])('%j is kept as %j', (given, kept) => {
    expect(name.parse(given)).toBe(kept)
  })

  it.each<[unknown, string]>([
    ['', 'must not be empty'],
    [' \t\n ', 'must not be empty'],
    ['eleven char', 'must have at most 10 characters'],
    ...[
      '\u0000',
      '\n',
      '\u001b',
      '\u007f',
      '\u0085',
      '\ud800',
      '\udc00',
      '\u2028',
      '\u2029',
      '\u202a',
      '\u202e',
      '\u2066',
      '\u2069',
    ].map((char): [string, string] => [`a${char}b`, 'must not hold control characters']),
    [5, 'must be text'],
    [['a'], 'must be text'],
    [null, 'must be text'],
    [undefined, 'must be text'],
    [{ toString: () => 'a' }, 'must be text'],
  ])('%j is refused: %s', (given, message) => {
    expect(name.safeParse(given).error?.issues[0]?.message).toBe(message)
  })
})
