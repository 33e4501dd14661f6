import { createHash } from 'node:crypto'
import type { SshKeyType } from '../contract/index.ts'
import { keyInvalid } from './key-invalid.ts'
import { problemWithBlob, typeByName } from './public-key-blob.ts'

/** A public key that SSH clients sign in with, and what is known of it. */
export interface ParsedPublicKey {
  readonly type: SshKeyType
  /** One line as OpenSSH writes it, without its end: type, base64 and, where there is one, the comment. */
  readonly line: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

const whatIsWanted = 'give the line of the .pub file: ssh-ed25519 AAAA… comment'
const typeName = /^(?:ssh-|ecdsa-|sk-|x509v3-)\S+$/
/** What must not stand in a comment: it would forge a line of a log, or a terminal. */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/**
 * Reads the line of a `.pub` file (sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options): rsa of 2048 bits or more, ecdsa
 * on a NIST curve, ed25519. Pure.
 * @throws SSH_KEY_INVALID naming the field `key`; it quotes nothing of what was given, which may be a private key
 */
export function parsePublicKey(text: string): ParsedPublicKey {
  const line = text.replace(/^\uFEFF/, '').trim()
  refuseForeign(line)
  if (/[\r\n]/.test(line)) throw keyInvalid('key', `must be one line; ${whatIsWanted}`)
  const [, name = '', base64, comment] = /^(\S+)(?:[ \t]+(\S+))?(?:[ \t]+(.+))?$/s.exec(line) ?? []
  const type = typeByName(name)
  if (type === undefined) throw keyInvalid('key', problemWithType(name, line))
  if (base64 === undefined) throw keyInvalid('key', `is cut short; ${whatIsWanted}`)
  const blob = Buffer.from(base64, 'base64')
  if (blob.toString('base64') !== base64) {
    throw keyInvalid('key', 'is damaged: what follows its type is not base64 as OpenSSH writes it')
  }
  const problem = problemWithBlob(name, blob)
  if (problem !== undefined) throw keyInvalid('key', problem)
  if (comment !== undefined && forbidden.test(comment)) {
    throw keyInvalid('key', 'has control characters in its comment; leave the comment out')
  }
  return {
    type,
    line: [name, base64, ...(comment === undefined ? [] : [comment])].join(' '),
    fingerprint: fingerprintOfBlob(blob),
  }
}

/** `SHA256:…`, as `ssh-keygen -l` prints it, of a public key as it travels. */
export const fingerprintOfBlob = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

function refuseForeign(line: string): void {
  if (line === '') throw keyInvalid('key', 'must not be empty')
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(line) || /^PuTTY-User-Key-File-\d/i.test(line)) {
    throw keyInvalid('key', `is a private key, which nobody else should have; ${whatIsWanted}`)
  }
  if (/^-----? ?BEGIN /.test(line)) {
    throw keyInvalid(
      'key',
      'is in another format than OpenSSH’s; convert it: ssh-keygen -i -f key (-m PKCS8)',
    )
  }
  if (line.startsWith('#')) throw keyInvalid('key', `is a comment; ${whatIsWanted}`)
}

function problemWithType(name: string, line: string): string {
  if (/-cert-v\d+@/.test(name)) return `is a certificate, which is not taken; ${whatIsWanted}`
  if (name.startsWith('sk-')) {
    return 'is held by a security key, whose signatures are not understood here; use a key of its own'
  }
  if (name === 'ssh-dss') return 'is a DSA key, which is too weak; use ed25519, or rsa of 2048 bits or more'
  if (typeName.test(name)) return 'is of a type that is not taken; use ed25519, ecdsa or rsa'
  const words = line.split(/[\s",]+/)
  if (words.some((word) => typeName.test(word))) {
    return 'must begin with its type: options before it are not taken'
  }
  return `is not a public key; ${whatIsWanted}`
}
