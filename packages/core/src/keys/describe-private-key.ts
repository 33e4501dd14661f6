import type { KeyObject } from 'node:crypto'
import sshpk from 'sshpk'
import type { SshKeyType } from '../contract/index.ts'
import { checkPair } from './check-pair.ts'
import { damaged, keyInvalid } from './key-invalid.ts'
import { dsaRefused } from './not-a-private-key.ts'

/** A private key that SSH can use, and what is known of it. */
export interface PrivateKey {
  readonly type: SshKeyType
  /** As `ssh-keygen -l` counts them: 2048 and more for rsa, 256, 384 or 521 for ecdsa, 256 for ed25519. */
  readonly bits: number
  /** One line without a comment, as it stands in `authorized_keys`. */
  readonly publicKey: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** In OpenSSH's own format, unencrypted, without a comment. */
  readonly privateKey: string
}

const minRsaBits = 2_048
/** The longest that ssh-keygen makes and OpenSSL computes with. */
const maxRsaBits = 16_384

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 }

/** @throws SSH_KEY_INVALID when it is of a type that SSH servers refuse, too short, or its halves do not belong together */
export function describePrivateKey(key: KeyObject): PrivateKey {
  const kind = kindOf(key)
  checkPair(key)
  const parsed = readBySshpk(key)
  parsed.comment = ''
  const shown = parsed.toPublic()
  shown.comment = ''
  return {
    ...kind,
    publicKey: shown.toString('ssh').trim(),
    fingerprint: shown.fingerprint('sha256').toString(),
    privateKey: parsed.toString('openssh'),
  }
}

/** It looks at more of the form than OpenSSL, and what it says may quote the key. */
function readBySshpk(key: KeyObject): sshpk.PrivateKey {
  try {
    return sshpk.parsePrivateKey(key.export({ type: 'pkcs8', format: 'pem' }), 'pkcs8')
  } catch {
    throw damaged()
  }
}

function kindOf(key: KeyObject): Pick<PrivateKey, 'type' | 'bits'> {
  const { modulusLength: bits = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { type: 'ed25519', bits: 256 }
    case 'ec': {
      const bits = curveBits[namedCurve]
      if (bits !== undefined) return { type: 'ecdsa', bits }
      throw keyInvalid(
        'private_key',
        'is on a curve that SSH does not use; use P-256, P-384, P-521 or ed25519',
      )
    }
    case 'rsa':
      if (bits >= minRsaBits && bits <= maxRsaBits) return { type: 'rsa', bits }
      throw keyInvalid(
        'private_key',
        bits < minRsaBits
          ? `is an rsa key of ${bits} bits; it must have at least ${minRsaBits}`
          : `is an rsa key of ${bits} bits; it must have at most ${maxRsaBits}`,
      )
    case 'dsa':
      throw keyInvalid('private_key', dsaRefused)
    default:
      throw keyInvalid('private_key', 'is of a type that SSH does not use; use ed25519, ecdsa or rsa')
  }
}
