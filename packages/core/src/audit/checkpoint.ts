import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { canonicalJson, type Json } from './canonical-json.ts'
import type { ChainHead } from './chain-hash.ts'

/** Where the chain stood, kept outside the table: without it nobody could tell that the newest entries are gone. */
export interface Checkpoint extends ChainHead {
  /** RFC 3339. */
  readonly sealed_at: string
  /**
   * Where the chain ended when gitferry started without a checkpoint that it could trust: whether newer entries had
   * been there is not known, and never will be. `null`: that never happened.
   */
  readonly lost_at: number | null
}

// an entry's canonical JSON begins with a brace, so that no entry's hash can pass for this
const macOf = (key: KeyObject, checkpoint: Json): Buffer =>
  createHmac('sha256', key)
    .update(`checkpoint\n${canonicalJson(checkpoint)}`)
    .digest()

/** The line that stands in the checkpoint file. */
export function formatCheckpoint(key: KeyObject, checkpoint: Checkpoint): string {
  const mac = macOf(key, { ...checkpoint }).toString('hex')
  return `${JSON.stringify({ ...checkpoint, mac })}\n`
}

/** What a line says that was made with this key; `undefined`: it was not. */
export function parseCheckpoint(key: KeyObject, line: string): Checkpoint | undefined {
  const read = readLine(line)
  if (read === undefined) return undefined
  const { mac, ...checkpoint } = read
  const given = Buffer.from(String(mac), 'hex')
  const expected = macOf(key, checkpoint)
  // what has the right MAC was made by formatCheckpoint, so its shape needs no further check
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return checkpoint as unknown as Checkpoint
}

/** Whether a line, whoever made it, speaks of a chain that had entries. */
export function claimsEntries(line: string): boolean {
  const { seq, lost_at } = readLine(line) ?? {}
  return seq !== 0 || lost_at !== null
}

function readLine(line: string): Record<string, Json> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : undefined
  } catch {
    return undefined
  }
}
