import { join } from 'node:path'
import { GitferryError } from '../errors/index.ts'

/** The part of `node:fs/promises` that lays out the data directory; tests hand in memfs. */
export interface DataDirectoryFileSystem {
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<unknown>
  writeFile(path: string, data: string, options: { flag: 'wx'; mode: number }): Promise<void>
  readFile(path: string, encoding: 'utf8'): Promise<string>
  unlink(path: string): Promise<void>
}

/**
 * When a process was started, in any unit that tells two processes of one pid apart; `undefined`: there is none.
 * A pid alone will not do: it is used again, and in a container every gitferry is number 1.
 */
export type StartTimeOf = (pid: number) => string | undefined

/** Where gitferry keeps what is not in the storage. Every folder is 0700. */
export interface DataDirectory {
  readonly path: string
  /** The bare stores, one per repository. */
  readonly stores: string
  /** Records of running children, for the reaper. */
  readonly children: string
  /** git's HOME: empty, so that nobody's configuration is read. */
  readonly home: string
  /** Lets another gitferry use the directory. May be called twice. */
  release(): Promise<void>
}

export interface DataDirectoryOptions {
  readonly fs: DataDirectoryFileSystem
  /** This process. */
  readonly pid: number
  readonly startTimeOf: StartTimeOf
}

const lockName = 'gitferry.lock'

/**
 * Makes the data directory and takes its lock: two gitferries on one directory would run the same tasks twice.
 * A lock whose process is gone is taken over.
 * @throws CLOSED when another gitferry holds it
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions): Promise<DataDirectory> {
  const { fs } = options
  const directory = {
    path,
    stores: join(path, 'stores'),
    children: join(path, 'children'),
    home: join(path, 'home'),
  }
  for (const folder of Object.values(directory)) await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = join(path, lockName)
  const mine = await takeLock(lock, options)
  let released = false
  return {
    ...directory,
    async release() {
      if (released) return
      released = true
      // whoever took the directory over, believing this process gone, keeps it
      if ((await readLock(lock, fs)) === mine) await fs.unlink(lock)
    },
  }
}

/** @returns what it wrote into the lock */
async function takeLock(lock: string, { fs, pid, startTimeOf }: DataDirectoryOptions): Promise<string> {
  const mine = `${pid} ${startTimeOf(pid) ?? ''}\n`
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fs.writeFile(lock, mine, { flag: 'wx', mode: 0o600 })
      return mine
    } catch (error) {
      if (!isCode(error, 'EEXIST') || attempt === 2) throw error
    }
    const [holder = '', startTime = ''] = (await readLock(lock, fs)).trim().split(' ')
    if (startTime !== '' && startTimeOf(Number(holder)) === startTime) {
      throw new GitferryError(
        'CLOSED',
        `The data directory is in use by the gitferry with process id ${holder} (${lock}). Stop that one, or ` +
          'give this one a directory of its own.',
        { details: { pid: Number(holder) } },
      )
    }
    await unlessMissing(fs.unlink(lock))
  }
}

const readLock = async (lock: string, fs: DataDirectoryFileSystem): Promise<string> =>
  (await unlessMissing(fs.readFile(lock, 'utf8'))) ?? ''

/** `undefined` where the file is not there: another gitferry may remove it at any time. */
async function unlessMissing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const isCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code
