import ssh2 from 'ssh2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OpenSshKeyOpener } from '../../src/keys/openssh-key-opener.ts'
import { parsePrivateKey } from '../../src/keys/parse-private-key.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { KeyFolder, needsOpenssl } from './key-folder.ts'

const passphrase = 'correct horse "battery" ßtaple'
const kinds = {
  'rsa of 2048 bits': ['-t', 'rsa', '-b', '2048'],
  'rsa of 3072 bits': ['-t', 'rsa', '-b', '3072'],
  'ecdsa on P-256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa on P-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa on P-521': ['-t', 'ecdsa', '-b', '521'],
  ed25519: ['-t', 'ed25519'],
} as const
type Kind = keyof typeof kinds
const kindNames = Object.keys(kinds) as Kind[]
const elliptic = kindNames.filter((kind) => kind !== 'ed25519')

const opener = new OpenSshKeyOpener({ logger: silentLogger })

let folder: KeyFolder
const keys = new Map<Kind, string>()

beforeAll(() => {
  folder = new KeyFolder()
  for (const kind of kindNames) keys.set(kind, folder.make(...kinds[kind]))
})
afterAll(() => folder[Symbol.dispose]())

/** Parses a container of a key, and holds what comes of it against what ssh-keygen says of the key itself. */
async function expectSameKey(kind: Kind, container: string, given?: string) {
  const parsed = await parsePrivateKey(container, { opener, passphrase: given })
  const { bits, fingerprint, publicKey, privateKey, type, wasEncrypted } = parsed
  const expected = folder.show(keys.get(kind)!)
  expect({ bits, fingerprint, publicKey }).toEqual(expected)
  expect(type).toBe(kind.split(' ')[0])
  expect(wasEncrypted).toBe(given !== undefined)
  // the key as it is stored is the same one, open to ssh and to the agent
  expect(privateKey).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/)
  expect(folder.show(privateKey)).toEqual(expected)
  const agentKey = ssh2.utils.parseKey(privateKey)
  if (agentKey instanceof Error) throw agentKey
  expect(agentKey.getPublicSSH().toString('base64')).toBe(publicKey.split(' ')[1])
  expect(agentKey.comment).toBe('')
}

describe('a private key says what ssh-keygen says of it', () => {
  describe.each(kindNames)('%s', (kind) => {
    it('in OpenSSH’s format', () => expectSameKey(kind, keys.get(kind)!))

    it('in OpenSSH’s format, under a passphrase', async () => {
      await expectSameKey(kind, folder.convert(keys.get(kind)!, '-N', passphrase), passphrase)
    })
  })

  describe.each(elliptic)('%s', (kind) => {
    it.each([
      ['PEM', /BEGIN (RSA|EC) PRIVATE KEY/],
      ['PKCS8', /BEGIN PRIVATE KEY/],
    ])('as ssh-keygen -m %s writes it', async (format, first) => {
      const container = folder.convert(keys.get(kind)!, '-m', format)
      expect(container).toMatch(first)
      await expectSameKey(kind, container)
    })

    it.each([
      ['PEM', /Proc-Type: 4,ENCRYPTED/],
      ['PKCS8', /BEGIN ENCRYPTED PRIVATE KEY/],
    ])('as ssh-keygen -m %s writes it, under a passphrase', async (format, first) => {
      const container = folder.convert(keys.get(kind)!, '-m', format, '-N', passphrase)
      expect(container).toMatch(first)
      await expectSameKey(kind, container, passphrase)
    })
  })

  it.each([
    '3des-cbc',
    'aes128-cbc',
    'aes192-ctr',
    'aes256-cbc',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
  ])('in OpenSSH’s format, encrypted with %s', async (cipher) => {
    await expectSameKey(
      'ed25519',
      folder.convert(keys.get('ed25519')!, '-N', passphrase, '-Z', cipher, '-a', '2'),
      passphrase,
    )
  })

  it('under an empty passphrase is one without', async () => {
    expect((await parsePrivateKey(keys.get('ed25519')!, { opener, passphrase: '' })).wasEncrypted).toBe(false)
  })

  it('a passphrase for a key that has none is not looked at, as OpenSSH does', async () => {
    expect((await parsePrivateKey(keys.get('ed25519')!, { opener, passphrase: 'x' })).wasEncrypted).toBe(
      false,
    )
  })

  it('many keys, also those whose numbers begin with zeros', async () => {
    for (let round = 0; round < 40; round += 1) {
      const key = folder.make('-t', round % 2 === 0 ? 'ecdsa' : 'ed25519')
      const { fingerprint, privateKey } = await parsePrivateKey(key, { opener })
      expect(fingerprint).toBe(folder.show(key).fingerprint)
      expect(folder.show(privateKey).fingerprint).toBe(fingerprint)
    }
  })
})

describe('a private key that openssl wrote', () => {
  beforeEach(needsOpenssl)

  const pkcs8 = ['pkcs8', '-topk8', '-passout', `pass:${passphrase}`]
  const pem = (kind: Kind) => folder.convert(keys.get(kind)!, '-m', 'PEM')

  it.each([
    ['PBKDF2 and SHA-1', ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA1']],
    ['PBKDF2 and SHA-512', ['-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512', '-iter', '100000']],
    ['triple DES', ['-v2', 'des3']],
    ['scrypt', ['-scrypt']],
  ])('PKCS#8 under a passphrase, by %s', async (_, options) => {
    await expectSameKey(
      'ecdsa on P-256',
      folder.openssl(pem('ecdsa on P-256'), ...pkcs8, ...options),
      passphrase,
    )
  })

  it.each(['-aes128', '-aes192', '-aes256', '-des3'])(
    'PKCS#1 under a passphrase, with %s',
    async (cipher) => {
      const options = ['rsa', '-traditional', cipher, '-passout', `pass:${passphrase}`]
      await expectSameKey('rsa of 2048 bits', folder.openssl(pem('rsa of 2048 bits'), ...options), passphrase)
    },
  )

  it('SEC1 with the curve in front, as openssl ecparam -genkey writes it', async () => {
    const made = folder.openssl('', 'ecparam', '-name', 'secp384r1', '-genkey')
    expect(made).toMatch(/BEGIN EC PARAMETERS/)
    const { fingerprint, privateKey } = await parsePrivateKey(made, { opener })
    expect(fingerprint).toBe(folder.show(made).fingerprint)
    expect(folder.show(privateKey).fingerprint).toBe(fingerprint)
  })

  it('SEC1 without the public half', async () => {
    const bare = folder.openssl(pem('ecdsa on P-521'), 'ec', '-no_public')
    await expectSameKey('ecdsa on P-521', bare)
  })

  // ssh-keygen of OpenSSH 9.2 reads no such key: its public half is held against openssl's
  it.each([
    ['plain', [], undefined],
    ['under a passphrase', ['-aes-256-cbc', '-pass', `pass:${passphrase}`], passphrase],
  ])('ed25519 in PKCS#8, %s', async (_, options, given) => {
    const made = folder.openssl('', 'genpkey', '-algorithm', 'ed25519', ...options)
    const { publicKey, privateKey, type } = await parsePrivateKey(made, { opener, passphrase: given })
    const pass = given === undefined ? [] : ['-passin', `pass:${given}`]
    const der = folder.openssl(made, 'pkey', '-pubout', ...pass).split('\n')[1]!
    const own = Buffer.from(publicKey.split(' ')[1]!, 'base64').subarray(-32)
    expect(own).toEqual(Buffer.from(der, 'base64').subarray(-32))
    expect(type).toBe('ed25519')
    expect(folder.show(privateKey).publicKey).toBe(publicKey)
  })
})
