import { createHash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GitferryError } from '../../errors/index.ts'
import { ifGone } from '../if-gone.ts'
import { isPlainPath } from './ssh-config.ts'

/** The longest path of a Unix socket, in bytes: 104 with its end on macOS and the BSDs, 108 on Linux. */
const longestSocketPath = 103
const socketName = 'agent'
/** What `mkdtemp` adds. */
const randomLetters = 6

export interface SessionFoldersOptions {
  readonly dataDir: string
  /** Where a folder goes whose path would be too long, or no path for ssh, under the data directory. */
  readonly temporaryDir: string
}

/** The folders of single uses of ssh, each 0700: made, and after a crash swept away. */
export class SessionFolders {
  readonly #parent: string
  readonly #prefixes: readonly string[]

  constructor({ dataDir, temporaryDir }: SessionFoldersOptions) {
    this.#parent = join(dataDir, 'ssh')
    // the temporary folder is everybody's: the mark tells the folders of this data directory from others'
    const mark = createHash('sha256').update(dataDir).digest('hex').slice(0, 8)
    this.#prefixes = [join(this.#parent, 'use-'), join(temporaryDir, `gitferry-${mark}-`)]
  }

  /**
   * Makes an empty folder, whose `socket` is `undefined` where no path for one is short enough.
   * @throws UNSUPPORTED when neither place has a path that ssh can be told
   */
  async make(): Promise<{ readonly path: string; readonly socket: string | undefined }> {
    const usable = this.#prefixes.filter(isPlainPath)
    const prefix = usable.find(leavesRoom) ?? usable[0]
    if (prefix === undefined) {
      throw new GitferryError(
        'UNSUPPORTED',
        'ssh cannot be told the path of the data directory: it holds quotes, backslashes, "$" or control characters. Move it.',
      )
    }
    if (prefix === this.#prefixes[0]) await mkdir(this.#parent, { recursive: true, mode: 0o700 })
    const path = await mkdtemp(prefix)
    return { path, socket: leavesRoom(prefix) ? join(path, socketName) : undefined }
  }

  /** Removes what a killed gitferry left. To be called at start, before the first use. */
  async sweep(): Promise<number> {
    let swept = 0
    for (const prefix of this.#prefixes) {
      const names = await readdir(dirname(prefix)).catch(ifGone<string[]>([]))
      for (const name of names.filter((found) => found.startsWith(basename(prefix)))) {
        const path = join(dirname(prefix), name)
        const entry = await lstat(path).catch(ifGone(undefined))
        if (!entry?.isDirectory() || entry.uid !== process.getuid?.()) continue
        await rm(path, { recursive: true, force: true })
        swept += 1
      }
    }
    return swept
  }
}

const leavesRoom = (prefix: string): boolean =>
  Buffer.byteLength(prefix) + randomLetters + 1 + socketName.length <= longestSocketPath
