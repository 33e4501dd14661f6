/** One ref of a push. */
export interface MovedRef {
  /** Full name. */
  readonly ref: string
  /** `null`: it was not there. */
  readonly old: string | null
  /** `null`: it is deleted. */
  readonly new: string | null
}

const form = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([^\0\n]+)/i

const oidOrNull = (oid: string): string | null => (/^0+$/.test(oid) ? null : oid.toLowerCase())

/** Reads one `<old> <new> <ref>`; what follows a NUL, or a line’s end, is left out. Pure. */
export function parseMovedRef(line: string): MovedRef | undefined {
  const [, before, after, ref] = form.exec(line) ?? []
  if (before === undefined || after === undefined || ref === undefined) return undefined
  return { ref, old: oidOrNull(before), new: oidOrNull(after) }
}

/** Reads what the hook `post-receive` was given. Pure. */
export const parseMovedRefs = (text: string): MovedRef[] =>
  text.split('\n').flatMap((line) => parseMovedRef(line) ?? [])
