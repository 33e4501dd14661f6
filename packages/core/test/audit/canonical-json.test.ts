import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../src/audit/index.ts'

const json = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>

/** The same value with the keys of every object in another order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const)
  return Object.fromEntries(members.reverse())
}

/** Every value that differs from `value` in exactly one place. */
function* changed(value: Json): Generator<Json> {
  yield value === 'another' ? 'yet another' : 'another'
  if (Array.isArray(value)) {
    for (const index of value.keys()) {
      yield value.toSpliced(index, 1)
      for (const member of changed(value[index])) yield value.with(index, member)
    }
  } else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      const others = Object.entries(value).filter(([name]) => name !== key)
      yield Object.fromEntries(others)
      if (!Object.hasOwn(value, `${key}'`)) yield Object.fromEntries([...others, [`${key}'`, member]])
      for (const other of changed(member)) yield Object.fromEntries([...others, [key, other]])
    }
  }
}

describe('canonical JSON', () => {
  it('is what RFC 8785 shows', () => {
    // section 3.2.3: sorted by UTF-16 units, not by code points; section 3.2.2: numbers and text
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    )
    expect(
      canonicalJson(JSON.parse('[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]')),
    ).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27]')
    expect(canonicalJson({ literals: [null, true, false], string: '\u20ac$\u000F\u000aA\'B"\\/' })).toBe(
      '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\/"}',
    )
  })

  it('says the same value back', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(reversed(value)) === canonicalJson(value)))
  })

  it('is another text after any change of any value at any depth', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        for (const other of changed(value)) expect(canonicalJson(other)).not.toBe(text)
      }),
    )
  })

  it('keeps a key that JavaScript has a use of its own for', () => {
    const [one, two] = ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'].map((text) => JSON.parse(text))
    expect(canonicalJson(one)).toBe('{"__proto__":{"a":1}}')
    expect(canonicalJson(two)).not.toBe(canonicalJson(one))
  })
})
