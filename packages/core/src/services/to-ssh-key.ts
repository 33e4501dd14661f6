import type { SshKey, SshKeyRow, UsedBy } from '../contract/index.ts'

/** A stored SSH key as it is shown: without its private half. */
export function toSshKey(row: SshKeyRow, usedBy: UsedBy[]): SshKey {
  const { sealed_private_key: _, version: __, ...shown } = row
  return { ...shown, used_by: usedBy }
}
