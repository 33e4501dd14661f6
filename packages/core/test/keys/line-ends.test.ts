import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OpenSshKeyOpener } from '../../src/keys/openssh-key-opener.ts'
import { parsePrivateKey } from '../../src/keys/parse-private-key.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { KeyFolder } from './key-folder.ts'

const opener = new OpenSshKeyOpener({ logger: silentLogger })

let folder: KeyFolder
let containers: { text: string; fingerprint: string }[]
beforeAll(() => {
  folder = new KeyFolder()
  const ecdsa = folder.make('-t', 'ecdsa')
  const { fingerprint } = folder.show(ecdsa)
  containers = [ecdsa, ...['PEM', 'PKCS8'].map((format) => folder.convert(ecdsa, '-m', format))]
    .concat(folder.convert(ecdsa, '-m', 'PEM', '-N', 'secret'))
    .map((text) => ({ text, fingerprint }))
})
afterAll(() => folder[Symbol.dispose]())

const mended: Record<string, (text: string) => string> = {
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'CR alone': (text) => text.replaceAll('\n', '\r'),
  'spaces instead of line ends': (text) => text.trim().replaceAll('\n', ' '),
  'line ends written as \\n': (text) => text.replaceAll('\n', '\\n'),
  'line ends written as \\r\\n': (text) => text.replaceAll('\n', '\\r\\n'),
  'no last line end': (text) => text.trimEnd(),
  'empty lines between': (text) => text.replaceAll('\n', '\n\n'),
  indentation: (text) => text.replace(/^/gm, '    '),
  'a byte order mark': (text) => `\uFEFF${text}`,
  'empty lines around': (text) => `\n\n${text}\n\n`,
}

describe('a key whose lines were torn on the way is the same key', () => {
  it.each(Object.keys(mended))('%s', async (name) => {
    for (const { text, fingerprint } of containers) {
      expect((await parsePrivateKey(mended[name]!(text), { opener, passphrase: 'secret' })).fingerprint).toBe(
        fingerprint,
      )
    }
  })

  it('no line ends at all, where no header of an encryption could run into the key', async () => {
    for (const { text, fingerprint } of containers) {
      if (text.includes('Proc-Type')) continue
      expect((await parsePrivateKey(text.replaceAll('\n', ''), { opener })).fingerprint).toBe(fingerprint)
    }
  })

  it('an encryption header that runs into the key is refused rather than guessed at', async () => {
    const { text } = containers.at(-1)!
    await expect(
      parsePrivateKey(text.replaceAll('\n', ''), { opener, passphrase: 'secret' }),
    ).rejects.toThrow(/^private_key: is damaged/)
  })

  it('white space anywhere in the base64 text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(' ', '\n', '\r\n', '\t', '\\n'))),
        async (spaces) => {
          const { text, fingerprint } = containers[0]!
          const start = text.indexOf('\n')
          const body = [...text.slice(start, text.lastIndexOf('\n-----'))]
          for (const [at, space] of spaces) body.splice(at % (body.length + 1), 0, space)
          const torn = text.slice(0, start) + body.join('') + text.slice(text.lastIndexOf('\n-----'))
          // a line end written in two characters is only one while nothing stands between them
          fc.pre(!/\\(?![nr])/.test(torn))
          expect((await parsePrivateKey(torn, { opener })).fingerprint).toBe(fingerprint)
        },
      ),
    )
  })
})

describe('any text at all', () => {
  it('is a key or a refusal that names the private key', async () => {
    const line = fc.constantFrom(
      ...[
        '-----BEGIN OPENSSH PRIVATE KEY-----',
        '-----END OPENSSH PRIVATE KEY-----',
        '-----BEGIN EC PRIVATE KEY-----',
      ],
      ...['-----BEGIN EC PARAMETERS-----', '-----END EC PARAMETERS-----', '-----END EC PRIVATE KEY-----'],
      ...[
        'Proc-Type: 4,ENCRYPTED',
        'DEK-Info: AES-128-CBC,00',
        'b3BlbnNzaC1rZXktdjEA',
        'MAA=',
        '',
        '====',
        '\0',
      ],
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(line).map((lines) => lines.join('\n')),
        ),
        async (text) => {
          await expect(parsePrivateKey(text, { opener })).rejects.toThrow(
            expect.objectContaining({ code: 'SSH_KEY_INVALID' }),
          )
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('any bytes in any armour too', async () => {
    const label = fc.constantFrom(
      'OPENSSH PRIVATE KEY',
      'RSA PRIVATE KEY',
      'EC PRIVATE KEY',
      'PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
    )
    const prefix = fc.constantFrom('', 'openssh-key-v1\0', '0\x82\x01')
    await fc.assert(
      fc.asyncProperty(label, prefix, fc.uint8Array({ minLength: 1 }), async (label, start, bytes) => {
        const content = Buffer.concat([Buffer.from(start, 'latin1'), bytes]).toString('base64')
        const text = `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----`
        await expect(parsePrivateKey(text, { opener, passphrase: 'x' })).rejects.toThrow(
          expect.objectContaining({ code: 'SSH_KEY_INVALID' }),
        )
      }),
      { numRuns: 1_000 },
    )
  })
})
