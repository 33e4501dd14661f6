import type { KeptRef, KeptRefRow } from '../contract/index.ts'

/** A kept value as it is shown. */
export function toKeptRef({ repo_uuid: _, state: __, version: ___, ...kept }: KeptRefRow): KeptRef {
  return kept
}
