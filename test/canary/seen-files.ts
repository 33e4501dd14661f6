import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** A file, folder, link or socket, as it was at one moment. */
export interface SeenFile {
  readonly path: string
  readonly stats: Stats
  /** Of a file. */
  readonly content?: Buffer
}

/** All that lies below a folder now. What goes while it is looked at is left out. */
export function filesBelow(folder: string, { skip = /^$/ }: { readonly skip?: RegExp } = {}): SeenFile[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name)
    if (skip.test(path)) return []
    try {
      const stats = lstatSync(path)
      if (stats.isDirectory()) return [{ path, stats }, ...filesBelow(path, { skip })]
      return [{ path, stats, ...(stats.isFile() && { content: readFileSync(path) }) }]
    } catch {
      return []
    }
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
