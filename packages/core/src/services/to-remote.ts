import type { Remote, RemoteRow } from '../contract/index.ts'

/** A stored remote as it is shown. */
export function toRemote(row: RemoteRow): Remote {
  const {
    id: _,
    repo_id: __,
    bound_to: ___,
    created_at: ____,
    updated_at: _____,
    version: ______,
    ...shown
  } = row
  return shown
}
