import { damaged, keyInvalid } from './key-invalid.ts'
import { dsaRefused } from './not-a-private-key.ts'
import { SshWireReader } from './ssh-wire-reader.ts'

/** What an OpenSSH private key says in the clear (openssh PROTOCOL.key). */
export interface OpenSshEnvelope {
  readonly isEncrypted: boolean
  /** The public half, as SSH sends it. */
  readonly publicKey: Buffer
  /** Of bcrypt: what opening it costs. 0 when it is not encrypted. */
  readonly rounds: number
}

const magic = Buffer.from('openssh-key-v1\0', 'latin1')
const ciphers = /^(?:none|3des-cbc|aes(?:128|192|256)-(?:cbc|ctr)|aes(?:128|256)-gcm@openssh\.com)$/
const types = /^(?:ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521))$/
const gcmTagBytes = 16

/** The derivation runs in JavaScript: 10 to 20 ms a round, in a worker thread. ssh-keygen takes 16 or 24, careful people 100. */
const maxRounds = 128

/**
 * Looks at the whole envelope before anything is decrypted, so that nobody can have a decryption last for hours.
 * @throws SSH_KEY_INVALID
 */
export function readOpenSshEnvelope(content: Buffer): OpenSshEnvelope {
  const parts = takeApart(content)
  if (parts === undefined) throw damaged()
  const { cipher, rounds, count, publicKey, type } = parts
  if (count !== 1) throw keyInvalid('private_key', 'holds more than one key; give one private key')
  const problem = problemWithType(type)
  if (problem !== undefined) throw keyInvalid('private_key', problem)
  if (!ciphers.test(cipher)) {
    throw keyInvalid(
      'private_key',
      'is encrypted with a cipher that is not supported; change it: ssh-keygen -p -Z aes256-ctr -f key',
    )
  }
  if (rounds > maxRounds) {
    throw keyInvalid(
      'private_key',
      `is encrypted with more than ${maxRounds} rounds of bcrypt, which take too long; lower them: ssh-keygen -p -a 16 -f key`,
    )
  }
  return { isEncrypted: cipher !== 'none', publicKey, rounds }
}

function problemWithType(type: string): string | undefined {
  if (types.test(type)) return undefined
  if (type === 'ssh-dss') return dsaRefused
  if (type.startsWith('sk-'))
    return 'is held by a security key, which gitferry cannot touch; use a key of its own'
  if (type.includes('-cert-')) return 'is that of a certificate; give a plain private key'
  return 'is of a type that is not supported; use ed25519, ecdsa or rsa'
}

/** `undefined`: what it should hold is not there, or more than that is. */
function takeApart(content: Buffer) {
  const reader = new SshWireReader(content)
  try {
    if (!reader.bytes(magic.length).equals(magic)) return undefined
    const cipher = reader.text()
    const derivation = reader.text()
    const rounds = roundsOf(derivation, reader.string())
    const count = reader.uint32()
    if (rounds === undefined || (cipher === 'none') !== (derivation === 'none')) return undefined
    const publicKey = reader.string()
    const type = new SshWireReader(publicKey).text()
    if (count !== 1) return { cipher, rounds, count, publicKey, type }
    reader.string()
    if (cipher.includes('gcm')) reader.bytes(gcmTagBytes)
    return reader.atEnd ? { cipher, rounds, count, publicKey, type } : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function roundsOf(derivation: string, options: Buffer): number | undefined {
  if (derivation === 'none') return options.length === 0 ? 0 : undefined
  if (derivation !== 'bcrypt') return undefined
  const reader = new SshWireReader(options)
  reader.string()
  const rounds = reader.uint32()
  return rounds > 0 && reader.atEnd ? rounds : undefined
}
