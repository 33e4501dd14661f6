import type { Credential, CredentialRow, UsedBy } from '../contract/index.ts'

/** A stored credential as it is shown: without its secret. */
export function toCredential(row: CredentialRow, usedBy: UsedBy[]): Credential {
  const { sealed_secret: _, version: __, ...shown } = row
  return { ...shown, used_by: usedBy }
}
