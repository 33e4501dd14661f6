/** The id that an audit entry names: what the caller sent, when it can be an id at all. */
export function auditId(id: number): number | null {
  return Number.isSafeInteger(id) && id > 0 ? id : null
}
