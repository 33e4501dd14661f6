const iso = /^([+-]?\d{4,})-(\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})\d*)?Z$/

/**
 * `yyyy-MM-dd HH:mm:ss`, which the vendor’s clients read as UTC: commits of v1, repositories, statistics. Null where the
 * time cannot be read, as in git. Pure.
 */
export function spacedTime(time: string | null): string | null {
  const [, year, day, clock] = iso.exec(time ?? '') ?? []
  return clock === undefined ? null : `${year}-${day} ${clock}`
}

/** `yyyy-MM-ddTHH:mm:ss.SSSZ`, in UTC: commits of v2, keys. A zone of another form is not read by every client. Pure. */
export function isoTime(time: string | null): string | null {
  const [, year, day, clock, fraction = ''] = iso.exec(time ?? '') ?? []
  return clock === undefined ? null : `${year}-${day}T${clock}.${fraction.padEnd(3, '0')}Z`
}
