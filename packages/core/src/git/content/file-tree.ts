/** What stands at a path: an object that is there already, or bytes that are to become one. */
export interface FileEntry {
  /** Six octal digits. */
  readonly mode: string
  readonly blob: string | Uint8Array
}

/** The folders that a path lies in: `a/b` and `a` of `a/b/c`. */
export function* foldersAbove(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    yield path.slice(0, end)
}

/** Files by their paths. As in git, a folder is there for as long as something lies in it. */
export class FileTree {
  readonly #files = new Map<string, FileEntry>()
  /** Folder → how many files lie in it, however deep. */
  readonly #folders = new Map<string, number>()

  constructor(files: Iterable<readonly [path: string, entry: FileEntry]> = []) {
    for (const [path, entry] of files) this.set(path, entry)
  }

  get(path: string): FileEntry | undefined {
    return this.#files.get(path)
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path)
  }

  /** The file that stands where `path` needs a folder. */
  fileAbove(path: string): string | undefined {
    return foldersAbove(path).find((folder) => this.#files.has(folder))
  }

  set(path: string, entry: FileEntry): void {
    if (!this.#files.has(path)) this.#count(path, 1)
    this.#files.set(path, entry)
  }

  delete(path: string): void {
    if (this.#files.delete(path)) this.#count(path, -1)
  }

  #count(path: string, more: 1 | -1): void {
    for (const folder of foldersAbove(path)) {
      const count = (this.#folders.get(folder) ?? 0) + more
      if (count === 0) this.#folders.delete(folder)
      else this.#folders.set(folder, count)
    }
  }
}
