import { randomBytes, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link as linkFile, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import { readSecretKey, type SecretKey, secretKeyBytes } from './secret-key.ts'

/** More than a key and white space around it can be. */
const maxFileBytes = 256
const othersMayTouch = 0o077

/**
 * The key in a file: 32 bytes in base64, readable by its owner alone. Where there is no file, one is made, with mode
 * 0600 from its first moment on, in a folder with mode 0700; whoever opens it at the same time gets the same key.
 * `link` is for tests.
 * @throws SECRETS_UNAVAILABLE
 */
export async function openKeyFile(path: string, { link = linkFile } = {}): Promise<SecretKey> {
  try {
    const key = (await readKeyFile(path)) ?? (await makeKeyFile(path, link))
    return key ?? (await readKeyFile(path)) ?? gone(path)
  } catch (error) {
    if (isGitferryError(error)) throw error
    throw unavailable(
      `The secret key file ${path} cannot be read or made: ${(error as Error).message}. ` +
        'Give this user the right to it, or name another file.',
      error,
    )
  }
}

/** `undefined`: there is no such file. */
async function readKeyFile(path: string): Promise<SecretKey | undefined> {
  // a pipe in its place must not hold the start up
  const file = await unlessCode('ENOENT', open(path, constants.O_RDONLY | constants.O_NONBLOCK))
  if (file === undefined) return undefined
  try {
    return await readKey(path, file)
  } finally {
    await file.close()
  }
}

async function readKey(path: string, file: FileHandle): Promise<SecretKey> {
  const stats = await file.stat()
  if (!stats.isFile()) throw unavailable(`The secret key file ${path} is not a file. Name another one.`)
  if ((stats.mode & othersMayTouch) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw unavailable(
      `The secret key file ${path} has mode ${mode}, so that others than its owner may touch it. ` +
        `Run: chmod 600 ${path} — and if somebody may have read it, put a new key there and store the secrets anew.`,
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
async function makeKeyFile(path: string, link: typeof linkFile): Promise<SecretKey | undefined> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const bytes = randomBytes(secretKeyBytes)
  const text = `${bytes.toString('base64')}\n`
  const draft = `${path}.${randomUUID()}.new`
  try {
    await writeWhole(draft, text)
    // unlike a rename, a link never replaces the key of somebody who was first
    const isFirst = await unlessCode('EEXIST', giveName(link, { draft, path, text }))
    return isFirst ? readSecretKey(bytes) : undefined
  } finally {
    await unlessCode('ENOENT', unlink(draft))
    await syncFolder(folder)
  }
}

/** What a file system without links says (exFAT, some that are mounted from elsewhere). */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

async function giveName(
  link: typeof linkFile,
  { draft, path, text }: { readonly draft: string; readonly path: string; readonly text: string },
): Promise<true> {
  try {
    await link(draft, path)
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    // there, whoever starts at the same moment may find it empty, and is told to start again
    await writeWhole(path, text)
  }
  return true
}

async function writeWhole(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What is sealed with a key is on disk from its commit on: so must the key’s name be. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function unlessCode<Value>(code: string, work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined
    throw error
  }
}

function gone(path: string): never {
  throw unavailable(`The secret key file ${path} was removed while it was being opened. Start again.`)
}

const unavailable = (message: string, cause?: unknown) =>
  new GitferryError('SECRETS_UNAVAILABLE', message, { cause })
