import { readFileSync } from 'node:fs'

/** One line of the corpus of hostile inputs, its value written out. */
export interface Vector {
  readonly id: string
  readonly field: string
  /** The value as text; of bytes that are no UTF-8, as good as it goes. */
  readonly text: string
  readonly bytes: Uint8Array
  readonly expect: string
  /** Why the corpus wants it refused, in its own words. */
  readonly code: string
  /** What no answer to it may hold. */
  readonly mustNotContain: readonly string[]
  readonly mustNotEcho: boolean
  /** Of a webhook: how it is signed. */
  readonly signature: string | undefined
  /** Of a filter: what it is tried on. */
  readonly subject: string | undefined
}

interface Generated {
  readonly prefix?: string
  readonly repeat: string
  readonly times: number
  readonly suffix?: string
}

interface Line {
  readonly id: string
  readonly field: string
  readonly value: string | null
  readonly expect: string
  readonly code?: string
  readonly gen?: Generated
  readonly encoding?: 'base64'
  readonly signature?: string
  readonly subject?: Generated
  readonly must_not_contain?: readonly string[]
  readonly must_not_echo?: boolean
}

const written = ({ prefix = '', repeat, times, suffix = '' }: Generated): string =>
  prefix + repeat.repeat(times) + suffix

function toVector(line: Line): Vector {
  const { id, field, expect, code = '', gen, encoding, signature, subject } = line
  const value = gen === undefined ? line.value : written(gen)
  if (value === null) throw new Error(`${id}: the corpus gives neither a value nor how to make it`)
  const bytes = Buffer.from(value, encoding ?? 'utf8')
  return {
    id,
    field,
    text: encoding === undefined ? value : bytes.toString(),
    bytes,
    expect,
    code,
    mustNotContain: line.must_not_contain ?? [],
    mustNotEcho: line.must_not_echo ?? false,
    signature,
    subject: subject && written(subject),
  }
}

const file = new URL('../../packages/core/test/fixtures/hostile-inputs.json', import.meta.url)

/** Every vector, in the order of the file. */
export const corpus: readonly Vector[] = (JSON.parse(readFileSync(file, 'utf8')) as Line[]).map(toVector)

/** The vectors of one field. */
export function vectorsOf(field: string): readonly Vector[] {
  const found = corpus.filter((vector) => vector.field === field)
  if (found.length === 0) throw new Error(`the corpus has no field ${field}`)
  return found
}

const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e]/u

/**
 * What a line of text that a person types is tried with: the names and messages of the corpus, and its texts with
 * characters that forge lines or turn the writing direction round. `expect` is set by what they hold.
 */
export const texts: readonly Vector[] = [
  ...vectorsOf('ref').filter(({ code }) => /^(?:control|format)_char$/.test(code)),
  ...vectorsOf('json_body').flatMap((vector) => {
    if (!/^(?:control_char|lone_surrogate)$/.test(vector.code)) return []
    return [{ ...vector, text: (JSON.parse(vector.text) as { name: string }).name }]
  }),
  ...vectorsOf('commit_message'),
  ...vectorsOf('ssh_key').filter(({ code }) => code === 'parse'),
].map((vector) => ({
  ...vector,
  expect: unprintable.test(vector.text.trim()) ? 'reject' : 'accept',
  // where no key is asked for, it is a name like another
  mustNotEcho: false,
}))
