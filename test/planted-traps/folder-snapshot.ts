import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every entry of a folder with its kind, mode, time of change and content: whatever is done in there shows. */
export function folderSnapshot(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  )
  return [folder, ...entries].sort().map((path) => {
    const { mode, mtimeMs } = lstatSync(path)
    return [relative(folder, path), mode.toString(8), mtimeMs, contentOf(path)].join(' ')
  })
}

function contentOf(path: string): string {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return readlinkSync(path)
  return found.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
}
