import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder; disposing removes it with what it holds. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'gitferry-storage-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
