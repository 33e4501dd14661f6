import { randomBytes, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import * as nodeFs from 'node:fs/promises'
import { dirname } from 'node:path'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import { type KeyFileSystem, syncFolder, unlessCode, writeWhole } from './key-file-system.ts'
import { readSecretKey, type SecretKey, secretKeyBytes } from './secret-key.ts'

/** More than a key and white space around it can be. */
const maxFileBytes = 256
const othersMayTouch = 0o077

/** What the name of a file ends with that is not whole yet. */
export const draftEnd = '.new'

/** Where the key of a rotation stands until it takes the place of the one before. */
export const nextKeyFile = (path: string): string => `${path}.next`

/**
 * The key in a file: 32 bytes in base64, readable by its owner alone. Where there is no file, one is made, with mode
 * 0600 from its first moment on, in a folder with mode 0700; whoever opens it at the same time gets the same key. Refused
 * while the key is being rotated, when some secrets are under the next one. `fs` is for tests.
 * @throws SECRETS_UNAVAILABLE
 */
export async function openKeyFile(given: string, fs: KeyFileSystem = nodeFs): Promise<SecretKey> {
  return whileUsing(given, async () => {
    const path = await resolveKeyFile(given, fs)
    if (await readKeyFile(nextKeyFile(path), fs)) {
      throw unavailable(
        `The secret key of ${path} is being rotated: some secrets are under the key of ${nextKeyFile(path)} already. ` +
          'Finish that first, with the same settings: gitferry keys rotate.',
      )
    }
    return readOrMakeKeyFile(path, fs)
  })
}

/** As `openKeyFile`, whether or not the key is being rotated. */
export async function readOrMakeKeyFile(path: string, fs: KeyFileSystem): Promise<SecretKey> {
  const key = (await readKeyFile(path, fs)) ?? (await makeKeyFile(path, fs))
  return key ?? (await readKeyFile(path, fs)) ?? gone(path)
}

/** Says of what the file system refuses, what it is about. @throws SECRETS_UNAVAILABLE */
export async function whileUsing<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (isGitferryError(error)) throw error
    throw unavailable(
      `The secret key file ${path} cannot be read or made: ${(error as Error).message}. ` +
        'Give this user the right to it, or name another file.',
      error,
    )
  }
}

/** The file itself where `path` is a link to one, so that what stands beside it is found by every name. */
export const resolveKeyFile = async (path: string, fs: KeyFileSystem): Promise<string> =>
  (await unlessCode('ENOENT', fs.realpath(path))) ?? path

/** `undefined`: there is no such file. */
export async function readKeyFile(path: string, fs: KeyFileSystem): Promise<SecretKey | undefined> {
  // a pipe in its place must not hold the start up
  const file = await unlessCode('ENOENT', fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK))
  if (file === undefined) return undefined
  try {
    return await readKey(path, file)
  } finally {
    await file.close()
  }
}

async function readKey(path: string, file: nodeFs.FileHandle): Promise<SecretKey> {
  const stats = await file.stat()
  if (!stats.isFile()) throw unavailable(`The secret key file ${path} is not a file. Name another one.`)
  if ((stats.mode & othersMayTouch) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw unavailable(
      `The secret key file ${path} has mode ${mode}, so that others than its owner may touch it. ` +
        `Run: chmod 600 ${path} — and if somebody may have read it, put another key in its place: gitferry keys rotate.`,
    )
  }
  const { buffer, bytesRead } = await file.read(Buffer.alloc(maxFileBytes), 0, maxFileBytes, 0)
  const key = bytesRead < maxFileBytes ? readSecretKey(buffer.toString('latin1', 0, bytesRead)) : undefined
  if (key !== undefined) return key
  throw unavailable(
    bytesRead === 0
      ? `The secret key file ${path} is empty. Put the key back; if there was none yet, delete the file, and a new key is made.`
      : `The secret key file ${path} must hold ${secretKeyBytes} bytes in base64, and holds something else. Put the right key there, for example a new one of: openssl rand -base64 32`,
  )
}

/**
 * The file has its name only once it is whole and on the disk, so that nobody finds half of it, not even after a crash.
 * `undefined`: another process made it first.
 */
async function makeKeyFile(path: string, fs: KeyFileSystem): Promise<SecretKey | undefined> {
  const folder = dirname(path)
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const bytes = randomBytes(secretKeyBytes)
  const text = `${bytes.toString('base64')}\n`
  const draft = `${path}.${randomUUID()}${draftEnd}`
  try {
    await writeWhole(draft, text, fs)
    // unlike a rename, a link never replaces the key of somebody who was first
    const isFirst = await unlessCode('EEXIST', giveName({ draft, path, text }, fs))
    return isFirst ? readSecretKey(bytes) : undefined
  } finally {
    await unlessCode('ENOENT', fs.unlink(draft))
    await syncFolder(folder, fs)
  }
}

/** What a file system without links says (exFAT, some that are mounted from elsewhere). */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

async function giveName(
  { draft, path, text }: { readonly draft: string; readonly path: string; readonly text: string },
  fs: KeyFileSystem,
): Promise<true> {
  try {
    await fs.link(draft, path)
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    // there, whoever starts at the same moment may find it empty, and is told to start again
    await writeWhole(path, text, fs)
  }
  return true
}

function gone(path: string): never {
  throw unavailable(`The secret key file ${path} was removed while it was being opened. Start again.`)
}

export const unavailable = (message: string, cause?: unknown) =>
  new GitferryError('SECRETS_UNAVAILABLE', message, { cause })
