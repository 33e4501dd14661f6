import { damaged, keyInvalid } from './key-invalid.ts'
import { problemWithForeignText, problemWithLabel } from './not-a-private-key.ts'

/** The armour around a private key (RFC 7468), read leniently and written anew. */
export interface PemBlock {
  /** What stands after BEGIN: `OPENSSH PRIVATE KEY`. One of those that hold a private key. */
  readonly label: string
  /** The cipher of the encryption that older OpenSSL and OpenSSH write (RFC 1421): `AES-128-CBC`. */
  readonly cipher: string | undefined
  /** What the base64 text stands for. */
  readonly content: Buffer
  /** The block in the form that every reader takes: 64 characters a line, ended by line feeds. */
  readonly text: string
}

const block = /^-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----$/
const begin = /-----BEGIN [A-Z0-9 ]+-----/g
/** `openssl ecparam -genkey` writes the curve in front of the key, which names it again. */
const ellipticParameters = /^-----BEGIN EC PARAMETERS-----[^-]*-----END EC PARAMETERS-----\s*/
const encryption = /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([A-Z0-9-]+),([0-9A-F]+)\s+([\s\S]*)$/i

/**
 * Reads a private key's PEM text. Whatever became of its line ends on the way here is mended: CRLF, spaces or nothing
 * instead of line ends, `\n` in two characters, indentation. Base64 holds none of these, so nothing is guessed.
 * @throws SSH_KEY_INVALID when it is something else, cut off, or more than one key
 */
export function readPemBlock(given: string): PemBlock {
  const text = given
    .replace(/^\uFEFF/, '')
    .replace(/\\r|\\n|\r/g, '\n')
    .trim()
    .replace(ellipticParameters, '')
  const [, label, body] = block.exec(text) ?? []
  if (label === undefined || body === undefined || startsIn(text) > 1) {
    throw keyInvalid('private_key', problemWithText(text))
  }
  const problem = problemWithLabel(label)
  if (problem !== undefined) throw keyInvalid('private_key', problem)
  const [, cipher, iv, encrypted] = encryption.exec(body) ?? []
  const base64 = (encrypted ?? body).replace(/\s/g, '')
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw damaged()
  const header = cipher === undefined ? [] : ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${cipher},${iv}`, '']
  return {
    label,
    cipher: cipher?.toUpperCase(),
    content: Buffer.from(base64, 'base64'),
    text: [
      `-----BEGIN ${label}-----`,
      ...header,
      ...(base64.match(/.{1,64}/g) ?? []),
      `-----END ${label}-----`,
      '',
    ].join('\n'),
  }
}

const startsIn = (text: string): number => text.match(begin)?.length ?? 0

function problemWithText(text: string): string {
  const starts = startsIn(text)
  if (starts === 0) return problemWithForeignText(text)
  if (starts > 1) return 'holds more than one key or certificate; give one private key'
  if (!text.startsWith('-----BEGIN '))
    return 'must begin with the line -----BEGIN …; something stands before it'
  if (/-----END [A-Z0-9 ]+-----\s*\S/.test(text))
    return 'must end with the line -----END …; something stands behind it'
  return 'is cut off: the line -----END …, which belongs to its first line, is missing'
}
