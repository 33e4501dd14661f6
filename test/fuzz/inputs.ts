import fc from 'fast-check'

/** One change to a text or to bytes; `at` and `to` are fractions of its length. */
type Edit =
  | { readonly kind: 'insert'; readonly at: number; readonly piece: number }
  | {
      readonly kind: 'replace' | 'delete' | 'repeat' | 'keep'
      readonly at: number
      readonly to: number
      readonly piece: number
    }

const fraction = fc.integer({ min: 0, max: 999 }).map((value) => value / 1_000)
const any = fc.nat(9_999)

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: fraction, piece: any }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('replace' as const, 'delete' as const, 'repeat' as const, 'keep' as const),
      at: fraction,
      to: fraction,
      piece: any,
    }),
  },
)

interface Sequence<Whole> {
  readonly length: number
  slice(start: number, end?: number): Whole
}

function applyEdits<Whole extends Sequence<Whole>>(
  whole: Whole,
  edits: readonly Edit[],
  pieces: readonly Whole[],
  join: (parts: readonly Whole[]) => Whole,
): Whole {
  return edits.reduce<Whole>((rest, change) => {
    const start = Math.floor(change.at * (rest.length + 1))
    const piece = pieces[change.piece % pieces.length]!
    if (change.kind === 'insert') return join([rest.slice(0, start), piece, rest.slice(start)])
    // short stretches, so that most of what was real stays real
    const end = Math.min(rest.length, start + 1 + Math.floor(change.to * 12))
    const stretch = rest.slice(start, end)
    switch (change.kind) {
      case 'replace':
        return join([rest.slice(0, start), piece, rest.slice(end)])
      case 'delete':
        return join([rest.slice(0, start), rest.slice(end)])
      case 'repeat':
        return join([rest.slice(0, end), stretch, stretch, rest.slice(end)])
      default:
        return rest.slice(0, start)
    }
  }, whole)
}

/** Characters that mean something to most parsers, or trip them up. */
const tricky = [
  '\0',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '/',
  ':',
  '@',
  '%',
  '-',
  '..',
  'é',
  '\u202e',
  '\ufffd',
  '\ud800',
  '😀',
  '\ufeff',
  '0',
  '99999999999999999999',
]

/** Real texts with up to five changes, texts put together from pieces, and a little noise. */
export function textNear(samples: readonly string[], pieces: readonly string[] = []): fc.Arbitrary<string> {
  const words = [...pieces, ...pieces, ...tricky]
  const near = fc
    .tuple(fc.constantFrom(...samples), fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 5 })))
    .map(([sample, edits]) => applyEdits(sample, edits, words, (parts) => parts.join('')))
  const built = fc.array(fc.constantFrom(...words), { maxLength: 16 }).map((parts) => parts.join(''))
  return fc.oneof(
    { weight: 7, arbitrary: near },
    { weight: 2, arbitrary: built },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  )
}

const trickyBytes = [
  [0],
  [0xff],
  [0x80],
  [0x0a],
  [0, 0, 0, 0],
  [0, 0, 0, 1],
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0xc3, 0x28],
  [0xef, 0xbb, 0xbf],
  [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Buffer.from(bytes))

/** The same of bytes. */
export function bytesNear(samples: readonly Buffer[], pieces: readonly Buffer[] = []): fc.Arbitrary<Buffer> {
  const words = [...pieces, ...trickyBytes]
  const near = fc
    .tuple(fc.constantFrom(...samples), fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 4 })))
    .map(([sample, edits]) => applyEdits<Buffer>(sample, edits, words, (parts) => Buffer.concat(parts)))
  return fc.oneof(
    { weight: 9, arbitrary: near },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  )
}

/** Text with where to cut it: for readers that are fed in pieces. */
export const inPieces = <Whole>(whole: fc.Arbitrary<Whole>) =>
  fc.record({ whole, size: fc.integer({ min: 1, max: 9 }) })

/** A sequence in pieces of one size. */
export function piecesOf<Whole extends Sequence<Whole>>(whole: Whole, size: number): Whole[] {
  const count = Math.ceil(whole.length / size)
  return Array.from({ length: count }, (_, index) => whole.slice(index * size, (index + 1) * size))
}

const longLength = 200_000

/** Each piece again and again between a beginning and an end, 200,000 characters long. */
export const repeated = (
  pieces: readonly string[],
  { before = '', after = '!' }: { readonly before?: string; readonly after?: string } = {},
): string[] =>
  pieces.map((piece) => before + piece.repeat(Math.ceil(longLength / Math.max(1, piece.length))) + after)
