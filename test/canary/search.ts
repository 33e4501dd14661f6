import type { Canary } from './canary.ts'

/** How a secret was written where it was found. */
export type Writing = 'plain' | 'URL-encoded' | 'escaped' | 'base64' | 'hexadecimal'

export interface Finding {
  readonly canary: string
  readonly writing: Writing
}

/**
 * Looks for secrets in a text or in bytes: as they are, URL-encoded (in capitals or not, a space as `+` too), with
 * JSON's escapes, in base64 and base64url, padded or not and broken into lines, alone or amid other bytes
 * (`user:password`), and in hexadecimal. Letters count the same large and small, but in base64. Each secret is told
 * once a place.
 *
 * It takes codings off the text, where `redactSecrets` puts them on the secret: neither shares the other's mistakes.
 */
export function findCanaries(content: string | Uint8Array, canaries: readonly Canary[]): Finding[] {
  const readings = readingsOf(Buffer.from(content as string).toString('latin1'))
  return canaries.flatMap((canary) => {
    for (const part of canary.parts) {
      const writing = writingOf(part, readings)
      if (writing !== undefined) return [{ canary: canary.name, writing }]
    }
    return []
  })
}

/** Bytes are read as Latin-1 throughout: one character a byte. */
interface Reading {
  readonly writing: Writing
  readonly folded: string
  /** Base64 as one alphabet and one line. */
  readonly packed: string
}

function readingsOf(text: string): Reading[] {
  const readings = new Map<string, Writing>([[text, 'plain']])
  const add = (reading: string, writing: Writing) =>
    void (readings.has(reading) || readings.set(reading, writing))
  const unescaped = withoutEscapes(text)
  add(unescaped, 'escaped')
  for (const plain of [text, unescaped]) {
    add(withoutPercents(plain), 'URL-encoded')
    add(withoutPercents(plain.replaceAll('+', ' ')), 'URL-encoded')
  }
  return [...readings].map(([reading, writing]) => ({
    writing,
    folded: reading.toLowerCase(),
    packed: reading.replaceAll('-', '+').replaceAll('_', '/').replace(/\s+/g, ''),
  }))
}

const withoutPercents = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const withoutEscapes = (text: string): string =>
  text.replace(/(?:\\(?:u[0-9a-f]{4}|["\\/bfnrt]))+/gi, (escapes) => {
    try {
      return Buffer.from(JSON.parse(`"${escapes}"`) as string).toString('latin1')
    } catch {
      return escapes
    }
  })

function writingOf(part: Uint8Array, readings: readonly Reading[]): Writing | undefined {
  const bytes = Buffer.from(part)
  const plain = bytes.toString('latin1').toLowerCase()
  const found = readings.find(({ folded }) => folded.includes(plain))
  if (found) return found.writing
  if (readings.some(({ folded }) => folded.includes(bytes.toString('hex')))) return 'hexadecimal'
  const encoded = [0, 1, 2].map((shift) => base64Amid(bytes, shift))
  return readings.some(({ packed }) => encoded.some((text) => packed.includes(text))) ? 'base64' : undefined
}

/** What base64 makes of bytes wherever they stand, as far as their neighbours have no part in it. */
function base64Amid(bytes: Uint8Array, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((bytes.length + shift) * 8) / 6))
}
