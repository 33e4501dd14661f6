import ssh2 from 'ssh2'

/** ssh2 pads one Ed25519 key in two hundred so that nobody can read it: made anew then. */
function generateEd25519() {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

/** Key pairs in OpenSSH's formats, one of every kind that is taken. */
export const keyPairs = [
  { name: 'ed25519', ...generateEd25519() },
  { name: 'rsa', ...ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }) },
  { name: 'ecdsa 256', ...ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }) },
  { name: 'ecdsa 384', ...ssh2.utils.generateKeyPairSync('ecdsa', { bits: 384 }) },
  { name: 'ecdsa 521', ...ssh2.utils.generateKeyPairSync('ecdsa', { bits: 521 }) },
]

const [first] = keyPairs
export const ed25519 = first!
export const rsa = keyPairs[1]!

/** The public half of a `.pub` line as it travels. */
export const blobOf = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64')
