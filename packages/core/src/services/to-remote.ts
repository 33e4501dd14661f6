import type { Remote, RemoteRow } from '../contract/index.ts'

/** A stored remote as it is shown. */
export function toRemote(row: RemoteRow): Remote {
  const { id: _, repo_id: __, created_at: ___, updated_at: ____, version: _____, ...shown } = row
  return shown
}
