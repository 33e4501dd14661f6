import type { ApiDocument, Schema } from './api-document.ts'
import type { Dice } from './dice.ts'
import type { KnownValues } from './known-values.ts'

/** What trips parsers up, whatever it stands in. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\nb',
  '-x',
  '--upload-pack=touch /tmp/x',
  '..',
  '../../etc/passwd',
  '/etc/passwd',
  '.',
  '//',
  'refs/heads/x',
  'a..b',
  '@{',
  'HEAD',
  '%2e%2e%2f',
  '%00',
  '%',
  "' OR 1=1 --",
  '$(id)',
  '{{7*7}}',
  '{% raw %}',
  '\u202e',
  '\ud800',
  '😀'.repeat(30),
  'é',
  'e\u0301',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '1e999',
  '0x10',
  '-1',
  '007',
  '9007199254740993',
  '١',
  'true',
  'https://user:secret@git.invalid/x',
  'http://127.0.0.1/x',
  'http://169.254.169.254/latest',
  'ext::sh -c id',
  'file:///etc',
  'git@git.invalid:x',
  'ssh://git@git.invalid:22/x',
  'a'.repeat(5_000),
  '/'.repeat(2_000),
  '*'.repeat(500),
  '['.repeat(500),
  '2024-02-30',
  '@every 1ns',
  '* * * * * *',
]

/** What is no text where text is wanted, and the other way round. */
export const hostileValues: readonly unknown[] = [
  ...hostileTexts.slice(0, 30),
  null,
  true,
  false,
  0,
  -1,
  1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  ['x', 'x'],
  { toString: 1 },
  { length: -1 },
]

/** Which field a value is for, whose, and how deep it lies. */
interface Place {
  readonly name: string
  readonly owner?: string
  readonly depth?: number
}

/** Makes values as a schema has them. */
export class SchemaValues {
  readonly #document: ApiDocument
  readonly #known: KnownValues
  readonly #dice: Dice

  constructor({ document, known, dice }: { document: ApiDocument; known: KnownValues; dice: Dice }) {
    this.#document = document
    this.#known = known
    this.#dice = dice
  }

  /** A value for the field `name`: known to the server where there is one, valid by the schema in any case. */
  make(schema: Schema, { name, owner = '', depth = 0 }: Place): unknown {
    const dice = this.#dice
    const resolved = this.#document.resolve(schema)
    const choices = resolved.anyOf ?? resolved.oneOf
    if (resolved.const !== undefined) return resolved.const
    if (resolved.enum !== undefined) return dice.oneOf(resolved.enum)
    if (resolved.type !== 'array' && dice.chance(0.85)) {
      const known = this.#known.pick(owner, name, dice)
      if (known !== undefined) return known
    }
    const place = { name, owner: schema.$ref?.split('/').at(-1) ?? owner, depth: depth + 1 }
    if (choices !== undefined) return this.make(dice.oneOf(choices), place)
    const type = typeof resolved.type === 'string' ? resolved.type : dice.oneOf(resolved.type ?? ['string'])
    return this.#ofType(type, resolved, place)
  }

  #ofType(type: string, schema: Schema, place: Required<Place>): unknown {
    const dice = this.#dice
    const { maxLength = 60, maximum = 2 ** 31, minItems = 0, minLength = 0, minimum = 0 } = schema
    switch (type) {
      case 'null':
        return null
      case 'boolean':
        return dice.chance(0.5)
      case 'integer':
      case 'number':
        return dice.chance(0.3)
          ? dice.oneOf([minimum, maximum])
          : dice.whole(minimum, Math.min(maximum, minimum + 9))
      case 'array':
        return Array.from({ length: dice.whole(minItems, Math.max(minItems, 2)) }, () =>
          this.make(schema.items ?? {}, place),
        )
      case 'object':
        return place.depth > 6 ? {} : this.#object(schema, place)
      default:
        return text(dice, minLength, maxLength)
    }
  }

  #object(
    { properties = {}, required = [] }: Schema,
    { depth, owner }: Required<Place>,
  ): Record<string, unknown> {
    // many together seldom fit; of a few, what counts may have two names, so that neither is required
    const share = this.#dice.oneOf(Object.keys(properties).length > 5 ? [0, 0, 0.1, 0.4] : [0.4, 0.8])
    const names = Object.keys(properties).filter(
      (name) => required.includes(name) || this.#dice.chance(share),
    )
    return Object.fromEntries(
      names.map((name) => [name, this.make(properties[name]!, { name, owner, depth })]),
    )
  }
}

function text(dice: Dice, min: number, max: number): string {
  const length = dice.chance(0.05) ? max : dice.whole(min, Math.min(max, min + 12))
  const letters = dice.chance(0.8) ? 'abcxyz019-_' : 'aé/ .:@%"\\😀'
  return Array.from({ length }, () => dice.oneOf([...letters]))
    .join('')
    .slice(0, max)
}
