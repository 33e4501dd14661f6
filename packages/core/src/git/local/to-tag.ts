import type { Tag } from '../../contract/tag.ts'
import type { DescribedTag } from './commands/describe-tags.ts'

const maxMessage = 65_536
/** The last second that RFC 3339 can write. */
const lastSecond = Date.UTC(9_999, 11, 31, 23, 59, 59) / 1_000

/** A tag as it is shown. `target_oid` is what it leads to in the end. */
export const toTag = (tag: DescribedTag, target_oid: string): Tag => ({
  name: tag.ref.slice('refs/tags/'.length),
  oid: tag.oid,
  target_oid,
  is_annotated: tag.isAnnotated,
  message: tag.message === null ? null : tag.message.trimEnd().slice(0, maxMessage),
  tagged_at: timeOf(tag.taggedAt),
})

function timeOf(seconds: number | null): string | null {
  if (seconds === null || !(seconds >= 0 && seconds <= lastSecond)) return null
  return new Date(seconds * 1_000).toISOString()
}
