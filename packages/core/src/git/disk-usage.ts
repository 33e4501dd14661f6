import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted } from '../runtime/abort.ts'

/** Bytes of the files below a folder; links are not followed; what vanishes meanwhile counts nothing. @throws ABORTED */
export async function diskUsage(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    throwIfAborted(signal)
    if (!entry.isFile()) continue
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return bytes
}
