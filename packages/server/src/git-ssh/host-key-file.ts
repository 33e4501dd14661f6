import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateEd25519 } from '@gitferry/core'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import ssh2 from 'ssh2'

/** The key by which clients know the SSH server. */
export interface HostKey {
  /** As OpenSSH names it: `ssh-ed25519`. */
  readonly type: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** In OpenSSH’s own format. */
  readonly privateKey: string
}

const largestFile = 16_384
const othersMayTouch = 0o077

/**
 * The host key in a file, of any type that ssh-keygen makes. Where there is no file, an ed25519 key is made, with mode
 * 0600 from its first moment on; whoever opens it at the same time gets the same key.
 * @throws SECRETS_UNAVAILABLE
 */
export async function openHostKey(path: string): Promise<HostKey> {
  try {
    const text = (await readIfThere(path)) ?? (await make(path)) ?? (await readIfThere(path))
    if (text === undefined)
      throw unavailable(`The SSH host key ${path} was removed while it was being opened.`)
    return describe(path, text)
  } catch (error) {
    if (isGitferryError(error)) throw error
    throw unavailable(
      `The SSH host key ${path} cannot be read or made: ${(error as Error).message}. Give this user the right to it.`,
      error,
    )
  }
}

function describe(path: string, privateKey: string): HostKey {
  const key = ssh2.utils.parseKey(privateKey)
  // what ssh2 says may quote the key
  if (key instanceof Error || !key.isPrivateKey()) {
    throw unavailable(
      `The SSH host key ${path} is no private key without a passphrase. Put one there (ssh-keygen -t ed25519 -N '' -f …), ` +
        'or delete the file: a new one is made, which clients will not know.',
    )
  }
  const hash = createHash('sha256').update(key.getPublicSSH()).digest('base64')
  return { type: key.type, fingerprint: `SHA256:${hash.replace(/=+$/, '')}`, privateKey }
}

async function readIfThere(path: string): Promise<string | undefined> {
  // a pipe in its place must not hold the start up
  const file = await unless('ENOENT', fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK))
  if (file === undefined) return undefined
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw unavailable(`The SSH host key ${path} is not a file.`)
    if ((stats.mode & othersMayTouch) !== 0) {
      throw unavailable(
        `The SSH host key ${path} has mode ${(stats.mode & 0o777).toString(8).padStart(4, '0')}, so that others than its ` +
          `owner may touch it. Run: chmod 600 ${path} — and if somebody may have read it, delete it: a new one is made.`,
      )
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largestFile), 0, largestFile, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The file has its name only once it is whole. `undefined`: another process made it first. */
async function make(path: string): Promise<string | undefined> {
  await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = generateEd25519().privateKey
  const draft = `${path}.${randomUUID()}.new`
  try {
    await fs.writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true })
    // unlike a rename, a link never replaces the key of somebody who was first
    const isFirst = await unless(
      'EEXIST',
      fs.link(draft, path).then(() => true),
    )
    return isFirst ? text : undefined
  } finally {
    await unless('ENOENT', fs.unlink(draft))
  }
}

async function unless<Value>(code: string, work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined
    throw error
  }
}

const unavailable = (message: string, cause?: unknown) =>
  new GitferryError('SECRETS_UNAVAILABLE', message, { cause })
