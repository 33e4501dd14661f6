const whatIsWanted = 'give the private key, whose first line is -----BEGIN … PRIVATE KEY-----'
const publicHalf = `is the public half of a key; ${whatIsWanted}`
const certificate = `is a certificate; ${whatIsWanted}`

export const dsaRefused = 'is a DSA key, which SSH servers refuse; use ed25519, or rsa of 2048 bits or more'

const accepted: ReadonlySet<string> = new Set([
  'OPENSSH PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
])

/** Why a PEM block with this label holds no private key for SSH, or `undefined`. */
export function problemWithLabel(label: string): string | undefined {
  if (accepted.has(label)) return undefined
  if (label === 'DSA PRIVATE KEY') return dsaRefused
  if (label.endsWith('PUBLIC KEY')) return publicHalf
  if (label.includes('CERTIFICATE')) return certificate
  return `is of a kind that SSH does not use; ${whatIsWanted}`
}

/** What a text without any PEM block is taken for. */
export function problemWithForeignText(text: string): string {
  if (text === '') return 'must not be empty'
  if (/^(?:ssh|ecdsa|sk)-\S+-cert-v\d+@openssh\.com\s/.test(text)) return certificate
  if (/^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+@openssh\.com)\s/.test(text)) return publicHalf
  if (text.startsWith('---- BEGIN SSH2 PUBLIC KEY')) return publicHalf
  if (/^PuTTY-User-Key-File-\d/i.test(text)) {
    return 'is a PuTTY key; convert it: in PuTTYgen "Conversions", "Export OpenSSH key", or puttygen key.ppk -O private-openssh -o key'
  }
  if (/-----END [A-Z0-9 ]+-----/.test(text)) return 'is cut off: its first line, -----BEGIN …, is missing'
  if (text.startsWith('-----BEGIN ')) return 'is cut off within its first line'
  if (/^(?:~|\.{0,2})\/\S*$/.test(text)) return `is a path; ${whatIsWanted}`
  return `is not a private key; ${whatIsWanted}`
}
