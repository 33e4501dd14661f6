import type { Mutation } from '../mutation.ts'

const parse = 'packages/core/src/keys/parse-private-key.ts'
const open = 'packages/core/src/keys/open-private-key.ts'
const describe = 'packages/core/src/keys/describe-private-key.ts'
const labels = 'packages/core/src/keys/not-a-private-key.ts'
const pem = 'packages/core/src/keys/pem-block.ts'
const refusals = 'packages/core/src/services/ssh-key-refusals.ts'
const service = 'packages/core/src/services/ssh-keys.ts'

/** A container whose label is not among those that are taken. */
const notTaken = (label: string, rules: RegExp): Mutation => ({
  takesOut: [rules],
  file: labels,
  find: `  '${label}',\n`,
  replace: '',
})

export const keyMutations: readonly Mutation[] = [
  {
    takesOut: ['a key has the documented fields and no other; the private half is nowhere'],
    file: 'packages/core/src/services/to-ssh-key.ts',
    find: 'sealed_private_key: _, version',
    replace: 'version',
  },
  notTaken('RSA PRIVATE KEY', /^rsa in PKCS#1 is accepted/),
  notTaken('EC PRIVATE KEY', /^ecdsa in SEC1 is accepted/),
  notTaken('OPENSSH PRIVATE KEY', /in OpenSSH’s container is accepted/),
  notTaken('PRIVATE KEY', /in PKCS#8 is accepted$/),
  notTaken('ENCRYPTED PRIVATE KEY', /in PKCS#8 is accepted with its passphrase$/),
  {
    takesOut: ['a key with CRLF is accepted'],
    file: pem,
    find: 'const base64 = (encrypted ?? body)',
    replace: "const base64 = (given.includes('\\r') ? '' : (encrypted ?? body))",
  },
  {
    takesOut: ['a key without line breaks is taken as the key that it is'],
    file: parse,
    find: 'readPemBlock(text)',
    replace: "readPemBlock(text.includes('\\n') ? text : String(null))",
  },
  {
    takesOut: ['type must agree with the key if given'],
    file: parse,
    find: 'if (type != null && type !== described.type) {',
    replace: 'if (type === null) {',
  },
  {
    takesOut: [
      'a public key is 400 and names private_key',
      'a text that is no key is 400 and names private_key',
    ],
    file: 'packages/core/src/keys/key-invalid.ts',
    find: "'SSH_KEY_INVALID'",
    replace: "'INTERNAL'",
  },
  {
    takesOut: ['a truncated key is 400 and names private_key'],
    file: pem,
    find: 'if (label === undefined || body === undefined || startsIn(text) > 1) {',
    replace:
      "if (label === undefined || body === undefined) {\n    throw new Error('no key')\n  }\n  if (startsIn(text) > 1) {",
  },
  {
    takesOut: ['RSA of 1024 bits is 400 and names private_key'],
    file: describe,
    find: 'const minRsaBits = 2_048',
    replace: 'const minRsaBits = 1_024',
  },
  {
    takesOut: ['DSA is 400 and names private_key'],
    file: labels,
    find: "if (label === 'DSA PRIVATE KEY') return dsaRefused",
    replace: "if (label === 'DSA PRIVATE KEY') throw new Error('dsa')",
  },
  {
    takesOut: ['a text of 100,000 characters is 400 and names private_key'],
    file: 'packages/core/src/contract/ssh-key.ts',
    find: ".max(32_768, 'must have at most 32768 characters; no private key is longer'),",
    replace: ".transform((text) => (text.length > 32_768 ? JSON.parse('') : text)),",
  },
  {
    takesOut: ['an encrypted key with a wrong passphrase is 400 and names passphrase'],
    file: open,
    find: 'throw isEncrypted ? passphraseWrong() : damaged()\n  const key',
    replace: 'throw damaged()\n  const key',
  },
  {
    takesOut: ['an encrypted key without its passphrase is 400 and names passphrase'],
    file: open,
    find: 'throw passphraseMissing()\n  const opened',
    replace: 'throw damaged()\n  const opened',
  },
  {
    takesOut: ['a key with a taken name is 409'],
    file: refusals,
    find: 'name === undefined ? [] :',
    replace: 'name !== undefined ? [] :',
  },
  {
    takesOut: ['a key with the same fingerprint is 409'],
    file: refusals,
    find: 'fingerprint === undefined ? [] :',
    replace: 'fingerprint !== undefined ? [] :',
  },
  {
    takesOut: ['a key in use is 409 that names its users'],
    file: refusals,
    find: 'if (users.length === 0) return',
    replace: 'if (users.length >= 0) return',
  },
  {
    takesOut: ['PUT /ssh-keys/:id changes name and description'],
    file: service,
    find: "session.collection('ssh_keys').update(id, given)",
    replace: "session.collection('ssh_keys').update(id, { name: given.name })",
  },
  {
    takesOut: ['POST /ssh-keys/generate makes an ed25519 key and answers its public half'],
    file: service,
    find: '  public_key: publicKey,',
    replace: '  public_key: fingerprint,',
  },
  {
    takesOut: ['a key that the remote refuses answers success: false'],
    file: 'packages/core/src/services/test-remote.ts',
    find: 'if (!isGitferryError(error) || !isAnswer(error)) throw error',
    replace: 'if (error) throw error',
  },
  {
    takesOut: ['url is repo_url'],
    file: 'packages/core/src/contract/ssh-key.ts',
    find: "{ url: 'repo_url' }",
    replace: '{}',
  },
  {
    takesOut: ['a remote that is private and not allowed is refused'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'URL_FORBIDDEN: entry(400)',
    replace: 'URL_FORBIDDEN: entry(403)',
  },
  {
    takesOut: [/^\/ssh-keys\/\{id\}.*: an unknown id is 404$/],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'SSH_KEY_NOT_FOUND: entry(404)',
    replace: 'SSH_KEY_NOT_FOUND: entry(403)',
  },
]
