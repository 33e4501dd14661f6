import { createHash, randomUUID } from 'node:crypto'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { ifGone } from '../if-gone.ts'

/** What, besides objects, decides what git answers about a commit. Replacements (`refs/replace`) are off everywhere. */
const deciding = [
  // where history is cut off: a deepened clone knows more of the same commit (gitrepository-layout(5))
  'shallow',
  'info/grafts',
  // which files are binary, whose lines are not counted
  'info/attributes',
]

/** The most that is read of one of them, in bytes: a hundred thousand commits. */
const longest = 4 * 1024 * 1024

/**
 * Names what a repository makes of its commits: the same commit is answered the same for as long as this is the same. Of
 * one with a file that is too long, or cannot be read, it is another each time.
 */
export async function seenHistory(commonDir: string): Promise<string> {
  const hash = createHash('sha256')
  let isPlain = true
  for (const name of deciding) {
    const bytes = await bytesOf(join(commonDir, name))
    if (bytes === 'unknown') return randomUUID()
    if (bytes === undefined) continue
    isPlain = false
    hash.update(`${name} ${bytes.length}\n`).update(bytes)
  }
  return isPlain ? '-' : hash.digest('base64url')
}

/** `undefined`: there is none. */
async function bytesOf(path: string): Promise<Buffer | 'unknown' | undefined> {
  let file: FileHandle | undefined
  try {
    // a pipe that nobody writes to would be waited for
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(ifGone(undefined))
    if (file === undefined) return undefined
    const found = await file.stat()
    if (!found.isFile() || found.size > longest) return 'unknown'
    const buffer = Buffer.alloc(found.size + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    // it is being written
    return bytesRead === found.size ? buffer.subarray(0, bytesRead) : 'unknown'
  } catch {
    // git says what is wrong with it
    return 'unknown'
  } finally {
    await file?.close()
  }
}
