import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import sshpk from 'sshpk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitferryError, isGitferryError } from '../../src/errors/index.ts'
import { OpenSshKeyOpener } from '../../src/keys/openssh-key-opener.ts'
import { type ParsePrivateKeyOptions, parsePrivateKey } from '../../src/keys/parse-private-key.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import vectors from '../fixtures/hostile-inputs.json' with { type: 'json' }
import { KeyFolder, needsOpenssl } from './key-folder.ts'

const opener = new OpenSshKeyOpener({ logger: silentLogger })

let folder: KeyFolder
let plain: string
let rsa: string
beforeAll(() => {
  folder = new KeyFolder()
  plain = folder.make('-t', 'ed25519')
  rsa = folder.convert(folder.make('-t', 'rsa', '-b', '2048'), '-m', 'PEM')
})
afterAll(() => folder[Symbol.dispose]())

async function refusal(
  text: string,
  options: Omit<ParsePrivateKeyOptions, 'opener'> = {},
): Promise<GitferryError> {
  try {
    await parsePrivateKey(text, { opener, ...options })
  } catch (error) {
    if (isGitferryError(error, 'SSH_KEY_INVALID')) {
      expectNoEcho(error, text)
      return error
    }
    throw error
  }
  throw new Error('nothing was refused')
}

/** No run of 12 characters of what was given stands in the error, nor is there a cause that could hold it. */
function expectNoEcho(error: GitferryError, text: string): void {
  const shown = JSON.stringify([error.message, error.details, error.stack?.split('\n')[0]])
  for (const piece of text.match(/[A-Za-z0-9+/=]{12,}/g) ?? []) expect(shown).not.toContain(piece)
  expect(error.cause).toBeUndefined()
}

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }) as string
const armour = (label: string, content: Buffer) =>
  `-----BEGIN ${label}-----\n${content.toString('base64')}\n-----END ${label}-----\n`
const contentOf = (text: string) => Buffer.from(text.replace(/-----.*-----/g, ''), 'base64')

describe('what is no usable private key is refused, and the refusal says what it is', () => {
  it.each(vectors.filter((vector) => vector.field === 'ssh_key' && vector.expect === 'reject'))(
    'vector $id',
    async ({ value }) => {
      expect((await refusal(value as string)).details.field).toBe('private_key')
    },
  )

  it.each<[string, string, RegExp]>([
    ['nothing', ' \r\n', /must not be empty/],
    ['a public key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA someone', /public half/],
    [
      'a public key of a security key',
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5 x',
      /public half/,
    ],
    ['a public key as SSH2 writes it', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA', /public half/],
    ['a certificate of OpenSSH', 'ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2Et x', /is a certificate/],
    ['a certificate of TLS', armour('CERTIFICATE', Buffer.alloc(30)), /is a certificate/],
    ['a PuTTY key', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', /convert it: in PuTTYgen/],
    ['a PGP key', armour('PGP PRIVATE KEY BLOCK', Buffer.alloc(30)), /kind that SSH does not use/],
    ['a path', '~/.ssh/id_ed25519', /is a path/],
    ['half a first line', '-----BEGIN OPENSSH PRIV', /cut off within its first line/],
    ['another text', 'hello', /is not a private key/],
  ])('%s', async (_, text, message) => {
    const error = await refusal(text)
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^private_key: /)
    expect(error.details).toEqual({ field: 'private_key' })
  })

  it('the public half in PEM', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    expect((await refusal(publicKey.export({ type: 'spki', format: 'pem' }) as string)).message).toMatch(
      /public half/,
    )
  })

  it.each([1024, 2047])('rsa of %i bits', async (modulusLength) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
    expect((await refusal(pem(privateKey, 'pkcs1'))).message).toMatch(/must have at least 2048/)
  })

  it('DSA in every container', async () => {
    const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    expect((await refusal(pem(privateKey))).message).toMatch(/is a DSA key/)
    expect((await refusal(armour('DSA PRIVATE KEY', Buffer.alloc(30)))).message).toMatch(/is a DSA key/)
    const openssh = sshpk.parsePrivateKey(pem(privateKey), 'pkcs8').toString('openssh')
    expect((await refusal(openssh)).message).toMatch(/is a DSA key/)
  })

  it('types that SSH has no name for', async () => {
    const foreign = /does not use/
    expect((await refusal(pem(generateKeyPairSync('ed448').privateKey))).message).toMatch(foreign)
    expect((await refusal(pem(generateKeyPairSync('x25519').privateKey))).message).toMatch(foreign)
    expect(
      (await refusal(pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey))).message,
    ).toMatch(foreign)
    for (const namedCurve of ['secp256k1', 'brainpoolP256r1', 'secp224r1']) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve })
      expect((await refusal(pem(privateKey))).message).toMatch(foreign)
      expect((await refusal(pem(privateKey, 'sec1'))).message).toMatch(foreign)
    }
  })

  it('a key that is held by a security key', async () => {
    const content = contentOf(plain)
    const type = Buffer.from('ssh-ed25519')
    content.write('sk-ed25519x', content.indexOf(type), 'latin1')
    expect((await refusal(armour('OPENSSH PRIVATE KEY', content))).message).toMatch(/held by a security key/)
  })

  it('a type that the key is not of, naming the type', async () => {
    const error = await refusal(plain, { type: 'rsa' })
    expect(error.message).toMatch(/^type: must be ed25519/)
    expect(error.details).toEqual({ field: 'type' })
    expect((await parsePrivateKey(plain, { opener, type: 'ed25519' })).type).toBe('ed25519')
  })
})

describe('a key that is cut off or altered is refused', () => {
  const containers = (): string[] => [
    plain,
    rsa,
    folder.convert(rsa, '-m', 'PKCS8'),
    folder.convert(folder.make('-t', 'ecdsa'), '-m', 'PEM'),
    folder.convert(plain, '-N', 'secret', '-a', '1'),
    folder.convert(rsa, '-m', 'PKCS8', '-N', 'secret'),
  ]

  it('at every place where the text may end', async () => {
    for (const text of containers()) {
      for (let end = 0; end < text.trim().length; end += 7) {
        expect((await refusal(text.slice(0, end), { passphrase: 'secret' })).code).toBe('SSH_KEY_INVALID')
      }
    }
  })

  it('at every place where the content may end, within whole lines of armour', async () => {
    for (const text of containers()) {
      const label = /BEGIN (.*)-----/.exec(text)![1]!
      const content = contentOf(text)
      for (let end = 0; end < content.length; end += 11) {
        await refusal(armour(label, content.subarray(0, end)), { passphrase: 'secret' })
      }
    }
  })

  it('with anything behind its content, or in front of and behind its armour', async () => {
    for (const text of containers()) {
      const label = /BEGIN (.*)-----/.exec(text)![1]!
      const longer = armour(label, Buffer.concat([contentOf(text), Buffer.from([0x05, 0x00])]))
      expect((await refusal(longer, { passphrase: 'secret' })).message).toMatch(/is damaged/)
      expect((await refusal(`${text}x`)).message).toMatch(/stands behind it/)
      expect((await refusal(`x\n${text}`)).message).toMatch(/stands before it/)
    }
  })

  it('two keys in one text', async () => {
    expect((await refusal(plain + rsa)).message).toMatch(/more than one key/)
    expect((await refusal(plain + plain)).message).toMatch(/more than one key/)
  })

  it('more than one key in one container', async () => {
    const content = contentOf(plain)
    // magic, then the strings "none", "none", "", then the number of keys
    content.writeUInt32BE(2, 15 + 8 + 8 + 4)
    expect((await refusal(armour('OPENSSH PRIVATE KEY', content))).message).toMatch(/more than one key/)
  })

  it('with the first or the last line missing', async () => {
    const lines = plain.trim().split('\n')
    expect((await refusal(lines.slice(1).join('\n'))).message).toMatch(/first line.*is missing/)
    expect((await refusal(lines.slice(0, -1).join('\n'))).message).toMatch(/is cut off/)
  })

  it('with the public half of another key, in every container that holds one', async () => {
    const pair = /private half does not belong to its public half/
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const own = sshpk.parsePrivateKey(rsa, 'pem')
    const swap = (name: string, data: Buffer) => {
      const altered = sshpk.parsePrivateKey(rsa, 'pem')
      ;(altered.part as unknown as Record<string, { data: Buffer }>)[name]!.data = data
      return altered
    }
    const foreign = swap('n', Buffer.from(other.n!, 'base64url'))
    for (const format of ['pkcs1', 'pkcs8', 'openssh'] as const) {
      expect((await refusal(foreign.toString(format))).message).toMatch(pair)
      expect((await parsePrivateKey(own.toString(format), { opener })).type).toBe('rsa')
    }

    const point = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    const otherPoint = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
    const q = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).subarray(-64)
    for (const type of ['sec1', 'pkcs8'] as const) {
      const der = point.export({ type, format: 'der' })
      der.set(q(otherPoint), der.length - 64)
      expect(
        (await refusal(armour(type === 'sec1' ? 'EC PRIVATE KEY' : 'PRIVATE KEY', der))).message,
      ).toMatch(pair)
    }

    const content = contentOf(plain)
    const publicHalf = content.subarray(content.indexOf('ssh-ed25519') + 15).subarray(0, 32)
    publicHalf[5]! ^= 1
    expect((await refusal(armour('OPENSSH PRIVATE KEY', content))).message).toMatch(pair)
  })
})

describe('a passphrase', () => {
  const encrypted = (): [string, string][] => [
    ['OpenSSH', folder.convert(plain, '-N', 'secret', '-a', '1')],
    ['OpenSSH with a tag', folder.convert(plain, '-N', 'secret', '-a', '1', '-Z', 'aes256-gcm@openssh.com')],
    ['PKCS#1', folder.convert(rsa, '-m', 'PEM', '-N', 'secret')],
    ['PKCS#8', folder.convert(rsa, '-m', 'PKCS8', '-N', 'secret')],
  ]

  it('that is missing, empty or wrong is refused by its own name, in every container', async () => {
    for (const [container, text] of encrypted()) {
      expect((await parsePrivateKey(text, { opener, passphrase: 'secret' })).wasEncrypted, container).toBe(
        true,
      )
      for (const passphrase of [undefined, null, '']) {
        const error = await refusal(text, { passphrase })
        expect([container, error.details.field]).toEqual([container, 'passphrase'])
        expect(error.message).toMatch(/is needed/)
      }
      for (const passphrase of ['wrong', 'Secret', 'secret ', 'x'.repeat(1_024)]) {
        const error = await refusal(text, { passphrase })
        expect([container, error.details.field]).toEqual([container, 'passphrase'])
        expect(error.message).not.toContain(passphrase)
      }
    }
  })

  it('is not asked for where the key would be refused anyway', async () => {
    const content = contentOf(folder.convert(plain, '-N', 'secret', '-a', '1'))
    const error = await refusal(armour('OPENSSH PRIVATE KEY', content.subarray(0, -1)))
    expect(error.details.field).toBe('private_key')
  })
})

describe('a key whose decryption would take hours is refused before it begins', () => {
  it('bcrypt with more than 128 rounds', async () => {
    const content = contentOf(folder.convert(plain, '-N', 'secret', '-a', '7'))
    const at = content.indexOf(Buffer.from([0, 0, 0, 7, 0, 0, 0, 1]))
    expect(at).toBeGreaterThan(0)
    for (const rounds of [129, 1_000_000, 0xff_ff_ff_ff]) {
      content.writeUInt32BE(rounds, at)
      const error = await refusal(armour('OPENSSH PRIVATE KEY', content), { passphrase: 'secret' })
      expect(error.message).toMatch(/more than 128 rounds.*ssh-keygen -p -a 16/)
    }
  })

  /** The encrypted key with the number at `settings` replaced by a larger one; lengths on the way are mended. */
  const withNumber = (text: string, before: Buffer, after: Buffer) => {
    const content = contentOf(text)
    const at = content.indexOf(before)
    expect(at).toBeGreaterThan(0)
    expect(after).toHaveLength(before.length)
    return armour(
      'ENCRYPTED PRIVATE KEY',
      Buffer.concat([content.subarray(0, at), after, content.subarray(at + before.length)]),
    )
  }

  it('PBKDF2 with more than a million rounds', async (context) => {
    needsOpenssl(context)
    const options = ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-iter', '1000000', '-passout', 'pass:secret']
    const text = folder.openssl(rsa, ...options)
    expect((await parsePrivateKey(text, { opener, passphrase: 'secret' })).wasEncrypted).toBe(true)
    const million = Buffer.from('02030f4240', 'hex')
    for (const more of ['02030f4241', '02037fffff']) {
      expect(
        (await refusal(withNumber(text, million, Buffer.from(more, 'hex')), { passphrase: 'secret' }))
          .message,
      ).toMatch(/takes too long/)
    }
  })

  it('scrypt with parameters that only its memory limit would let through', async (context) => {
    needsOpenssl(context)
    const text = folder.openssl(rsa, 'pkcs8', '-topk8', '-scrypt', '-passout', 'pass:secret')
    const usual = Buffer.from('02024000020108020101', 'hex')
    const costly = Buffer.from('02024000020108020109', 'hex')
    expect((await refusal(withNumber(text, usual, costly), { passphrase: 'secret' })).message).toMatch(
      /takes too long/,
    )
  })

  it('schemes that OpenSSL has retired', async (context) => {
    needsOpenssl(context)
    const options = ['pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES', '-passout', 'pass:secret']
    expect((await refusal(folder.openssl(rsa, ...options), { passphrase: 'secret' })).message).toMatch(
      /not supported any more/,
    )
    const des = rsa.replace(
      'KEY-----\n',
      'KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0011223344556677\n\n',
    )
    expect((await refusal(des, { passphrase: 'secret' })).message).toMatch(/cipher that is not supported/)
  })

  it('rsa whose factors are larger than its modulus', async () => {
    const altered = sshpk.parsePrivateKey(rsa, 'pem')
    const part = altered.part as unknown as Record<string, { data: Buffer }>
    part.p!.data = Buffer.concat([Buffer.from([1]), Buffer.alloc(8_000, 0xff)])
    part.dmodp!.data = part.p!.data
    expect((await refusal(altered.toString('pkcs1'))).message).toMatch(/does not belong/)
  })
})
