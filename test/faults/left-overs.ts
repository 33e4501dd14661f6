import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Git, ssh, hooks and whatever they became: each stands in one of these folders, or below. Of the data directory that is
 * whatever gitferry started, of a repository whatever serves it. The fork server is no such thing.
 */
export function processesOf(...folders: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const folder = readlinkSync(join('/proc', pid, 'cwd'))
        if (!folders.some((one) => folder === one || folder.startsWith(`${one}/`))) return []
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8')
          .replaceAll('\0', ' ')
          .trim()
      } catch {
        // ended meanwhile
        return []
      }
    })
    .filter((line) => line !== '' && !line.includes('fork-server'))
}

const isLeftOver = /\.lock$|(?:^|\/)(?:tmp_|incoming-|\.new-|\.old-)/

/** Locks, and files and folders with half a thing in them, below these folders. */
export function halfMadeFiles(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => isLeftOver.test(name))
      .map((name) => join(folder, name)),
  )
}

/** Where a run may leave something. */
export interface RunPlaces {
  readonly dataDir: string
  readonly originPath: string
  readonly bareBackupPath: string
}

/** Everything that a run may have left: of processes, in the stores and kept stores, in uses of ssh, and on both sides. */
export function leftOvers({ bareBackupPath, dataDir, originPath }: RunPlaces): string[] {
  const present = new Set(readdirSync(dataDir))
  const own = ['stores', 'kept', 'ssh', 'children'].filter((name) => present.has(name))
  const uses = present.has('ssh') ? readdirSync(join(dataDir, 'ssh')) : []
  const folders = own.map((name) => join(dataDir, name))
  const sides = [originPath, bareBackupPath]
  return [...processesOf(dataDir, ...sides), ...halfMadeFiles(...folders, ...sides), ...uses]
}
