import { dirname } from 'node:path'

interface OpenFile {
  writeFile(data: string): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** The part of `node:fs/promises` that keeps the checkpoint; tests hand in memfs. */
export interface CheckpointFileSystem {
  open(path: string, flags: 'r' | 'w', mode?: number): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  readFile(path: string, encoding: 'utf8'): Promise<string>
}

/** Where the one line is kept that says where the audit chain stands. */
export interface CheckpointStore {
  /** The line, or `undefined` when there is none. */
  read(): Promise<string | undefined>
  /** Puts a line in place of the one before: after a crash there is the one or the other, whole. */
  write(line: string): Promise<void>
}

/** The checkpoint in a file of its own, 0600, so that who can change the storage alone cannot change it too. */
export class CheckpointFile implements CheckpointStore {
  readonly #path: string
  readonly #fs: CheckpointFileSystem

  constructor({ path, fs }: { readonly path: string; readonly fs: CheckpointFileSystem }) {
    this.#path = path
    this.#fs = fs
  }

  async read(): Promise<string | undefined> {
    try {
      return await this.#fs.readFile(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async write(line: string): Promise<void> {
    const next = `${this.#path}.next`
    const file = await this.#fs.open(next, 'w', 0o600)
    try {
      await file.writeFile(line)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#fs.rename(next, this.#path)
    // the new name too must outlive a power cut
    const folder = await this.#fs.open(dirname(this.#path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

/** The checkpoint of a storage that does not outlive the process. */
export class CheckpointInMemory implements CheckpointStore {
  #line: string | undefined

  async read(): Promise<string | undefined> {
    return this.#line
  }

  async write(line: string): Promise<void> {
    this.#line = line
  }
}
