/** Every ref of a kept store stands below it. */
export const keptPrefix = 'refs/gitferry/kept/'

/** Where the values of one run stand. */
export const keptFolder = (runId: number): string => `${keptPrefix}${runId}`

/** `<run>/<oid>/<ref>`: the form of earlier versions, which had no rows for what they kept. */
const unrecorded = /^refs\/gitferry\/kept\/\d+\/(?:[0-9a-f]{40}|[0-9a-f]{64})\/./

/** Whether an earlier version kept this value, so that no row says how long; only a person lets go of it. */
export const isUnrecorded = (name: string): boolean => unrecorded.test(name)

/**
 * The names of one run's kept values: `refs/gitferry/kept/<run>/<ref without refs/>`. Where an earlier attempt of the
 * run holds that name with another value, or a name that cannot stand beside it (`a` and `a/b`), the number 2 comes
 * before the ref, then 3 and so on.
 */
export class KeptRefNames {
  readonly #folder: string
  readonly #oids: Map<string, string>
  readonly #folders = new Set<string>()

  /** `taken`: the refs that the run has kept already, full name → oid. */
  constructor(runId: number, taken: ReadonlyMap<string, string>) {
    this.#folder = keptFolder(runId)
    this.#oids = new Map(taken)
    for (const name of taken.keys()) this.#addFolders(name)
  }

  /** The name for one value; the same each time for the same ref and oid. */
  nameFor(ref: string, oid: string): string {
    const tail = ref.replace(/^refs\//, '')
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? `${this.#folder}/${tail}` : `${this.#folder}/${number}/${tail}`
      if (this.#oids.get(name) === oid) return name
      if (this.#oids.has(name) || !this.#hasRoom(name)) continue
      this.#oids.set(name, oid)
      this.#addFolders(name)
      return name
    }
  }

  #hasRoom(name: string): boolean {
    return !this.#folders.has(name) && !foldersOf(name).some((folder) => this.#oids.has(folder))
  }

  #addFolders(name: string): void {
    for (const folder of foldersOf(name)) this.#folders.add(folder)
  }
}

/** The names above `name`: `refs`, `refs/gitferry` and so on. */
function foldersOf(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
