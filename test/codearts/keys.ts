import { generateKeyPairSync } from 'node:crypto'

/** A new ed25519 key: the public half as OpenSSH writes it, the private one in PEM (PKCS#8). */
export function newKey(): { readonly public: string; readonly private: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const type = Buffer.from('ssh-ed25519')
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
  const blob = Buffer.concat([type, point].flatMap((part) => [lengthOf(part), part]))
  return {
    public: `ssh-ed25519 ${blob.toString('base64')} key@example.org`,
    private: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  }
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  return length
}
