/**
 * Names of refs as git lays them out, in folders: where there is a ref `a`, there is no room for `a/b`, and the other
 * way round.
 */
export class RefTree {
  readonly #names = new Set<string>()
  /** Folder → a ref in it. */
  readonly #folders = new Map<string, string>()

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name)
  }

  add(name: string): void {
    this.#names.add(name)
    for (const folder of foldersOf(name)) this.#folders.set(folder, name)
  }

  /** A ref beside which `name` has no room, or `undefined`. A ref of that very name is not in its way. */
  inTheWayOf(name: string): string | undefined {
    return this.#folders.get(name) ?? foldersOf(name).find((folder) => this.#names.has(folder))
  }
}

/** `refs/heads/a/b` → `refs`, `refs/heads`, `refs/heads/a`. */
function foldersOf(name: string): string[] {
  const folders: string[] = []
  for (let end = name.indexOf('/'); end !== -1; end = name.indexOf('/', end + 1)) {
    folders.push(name.slice(0, end))
  }
  return folders
}
