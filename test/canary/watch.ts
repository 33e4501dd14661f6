import { relative } from 'node:path'
import type { Evidence } from './evidence.ts'
import { ProcessSamples } from './process-samples.ts'
import { filesBelow, type SeenFile } from './seen-files.ts'

/** Folders of a server under watch. */
export interface WatchedFolders {
  readonly data: string
  readonly temporary: string
}

/** Looked at when nothing is written to it, for it may grow large. */
const database = /\/gitferry\.db(?:-wal|-shm)?$/
const intervalMs = 150

/** Looks at the processes of this machine and at the files of a server while it works, and keeps what it sees. */
export class Watch implements Disposable {
  readonly processes = new ProcessSamples()
  /** Files and folders that others than their owner could touch. */
  readonly openToOthers = new Set<string>()
  readonly #folders: WatchedFolders
  readonly #evidence: Evidence
  readonly #timer: NodeJS.Timeout

  constructor(folders: WatchedFolders, evidence: Evidence) {
    this.#folders = folders
    this.#evidence = evidence
    this.#timer = setInterval(() => this.look(), intervalMs)
  }

  /** To be called besides when something is known to be under way. */
  look(): void {
    this.processes.take()
    const { data, temporary } = this.#folders
    for (const file of filesBelow(data, { skip: database })) this.#keep('the data directory', file)
    for (const file of filesBelow(temporary)) this.#keep('the temporary folder', file)
  }

  /** The database as it lies on the disk, with what was not yet brought over from its log. */
  lookAtDatabase(): void {
    for (const file of filesBelow(this.#folders.data)) {
      if (database.test(file.path)) this.#keep('the files of the database', file)
    }
  }

  #keep(kind: string, { path, stats, content }: SeenFile): void {
    if (content) this.#evidence.add(kind, path, content)
    // git makes objects and index files for everybody; their folder keeps everybody out, as that of a socket does
    const isSheltered =
      /^(?:stores|index\/commit-\w+)\//.test(relative(this.#folders.data, path)) || stats.isSocket()
    if ((stats.mode & 0o077) !== 0 && !stats.isSymbolicLink() && !isSheltered) this.openToOthers.add(path)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
