import { randomBytes } from 'node:crypto'
import { readPrivateKey } from './private-key.ts'

/** A secret that a test knows, and must not find. */
export interface Canary {
  readonly name: string
  /** Each is enough to have leaked it. */
  readonly parts: readonly Uint8Array[]
}

/** Shorter ones could stand in a text by chance. */
const shortestPart = 12
const pieceBytes = 32

/** Letters that no parser changes and that nobody guesses. */
export const unguessable = (): string => randomBytes(12).toString('hex')

/** A password or token: the whole of it, and every word in it, for a parser may have torn it apart. */
export function canary(name: string, secret: string): Canary {
  const words = secret.match(/[a-z0-9]+/gi)?.filter((word) => word.length >= shortestPart) ?? []
  return { name, parts: [...new Set([secret, ...words])].map((text) => Buffer.from(text)) }
}

/** A key of raw bytes, in whatever text it may stand. */
export const bytesCanary = (name: string, secret: Uint8Array): Canary => ({ name, parts: [secret] })

/** A private key: every line of its file, and its private numbers, which no change of format hides. */
export function keyCanary(name: string, pem: string, passphrase?: string): Canary {
  const { publicHalf, numbers } = readPrivateKey(pem, passphrase)
  const lines = pem.split('\n').filter((line) => line.length >= shortestPart && !/^-----|: /.test(line))
  // a long public half fills lines of its own, which anybody may see
  const secret = lines.filter((line) => !publicHalf.includes(line))
  return { name, parts: [...secret.map((line) => Buffer.from(line)), ...numbers.flatMap(cutUp)] }
}

function cutUp(number: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let start = 0; start < number.length; start += pieceBytes) {
    pieces.push(number.subarray(start, start + pieceBytes))
  }
  return pieces.filter((piece) => piece.length >= shortestPart)
}
