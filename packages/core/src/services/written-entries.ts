import { type AuditAuthority, isWritten } from '../audit/index.ts'
import type { AuditEntryRow } from '../contract/index.ts'
import type { Collection } from '../ports/index.ts'

/** Which of these unsealed entries gitferry wrote; the others were put in, changed, or copied from an entry that it wrote. */
export async function writtenEntries(
  authority: AuditAuthority,
  entries: Collection<AuditEntryRow>,
  rows: readonly AuditEntryRow[],
): Promise<AuditEntryRow[]> {
  const written = rows.filter((row) => isWritten(authority, row))
  const macs = written.flatMap(({ mac }) => mac ?? [])
  // the table's own rule forbids copies, until somebody makes it anew without
  if ((await entries.count({ mac: { in: macs } })) === macs.length) return written
  const alike = await entries.find({ where: { mac: { in: macs } } })
  const isCopy = ({ id, mac }: AuditEntryRow) =>
    mac !== null && alike.some((one) => one.mac === mac && one.id !== id && (one.seq !== null || one.id < id))
  return written.filter((row) => !isCopy(row))
}
