import type { ScalarKey, TableName, Tables } from '../ports/index.ts'

/**
 * What makes a row one that a restricted caller may see:
 * - its columns that name repositories, of which the caller must be allowed every one;
 * - `parent`: it belongs to a row that has to be found first, and what is shown of it is read by that one's id alone;
 * - `internal`: nothing does. It is read and written on the caller's behalf, such as the key that opens a remote, and
 *   no endpoint that a restricted caller may ask at lists it. At most its name is told beside a row that names it: that
 *   of a member, or of the project which a repository is in.
 */
export type TableRight<Row> = readonly [ScalarKey<Row>, ...ScalarKey<Row>[]] | 'parent' | 'internal'

const ofRepo = ['repo_id'] as const
const ofBoth = ['repo_id', 'target_repo_id'] as const

/** What a restricted caller sees of each table. A new one must be decided about. */
export const tableRights: { readonly [Name in TableName]: TableRight<Tables[Name]> } = {
  repos: ['id'],
  remotes: ofRepo,
  tasks: ofBoth,
  plans: ofBoth,
  kept_refs: ofBoth,
  jobs: ofRepo,
  runs: ofBoth,
  run_refs: 'parent',
  run_log: 'parent',
  audit_log: 'internal',
  audit_intents: 'internal',
  ssh_keys: 'internal',
  credentials: 'internal',
  host_keys: 'internal',
  users: 'internal',
  tokens: 'internal',
  access_keys: 'internal',
  projects: 'internal',
  members: 'parent',
  public_keys: 'parent',
  protected_refs: ofRepo,
  channels: 'internal',
  deliveries: 'internal',
  webhook_deliveries: 'internal',
  settings: 'internal',
}
