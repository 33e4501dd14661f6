import type { GitCommand } from '../../command.ts'

/** A tag as its ref and its tag object describe it. */
export interface DescribedTag {
  /** Full name. */
  readonly ref: string
  readonly oid: string
  readonly isAnnotated: boolean
  /** What the tag object names: an object, or one more tag to follow. `null` for a lightweight tag. */
  readonly target: { readonly oid: string; readonly type: string } | null
  /** Seconds since 1970; `null` where the tag object names no tagger. */
  readonly taggedAt: number | null
  /** `null` for a lightweight tag. */
  readonly message: string | null
}

const format = [
  '%(refname)',
  '%(objectname)',
  '%(objecttype)',
  '%(*objectname)',
  '%(*objecttype)',
  '%(taggerdate:unix)',
  // the contents of a commit are its message, which nobody asked for
  '%(if:equals=tag)%(objecttype)%(then)%(contents)%(end)',
]

/** Describes the tags of these full names, by name; one that is gone is left out. */
export const describeTags = (refs: readonly string[]): GitCommand<readonly DescribedTag[]> => ({
  args: [
    'for-each-ref',
    `--format=${format.map((field) => `${field}%00`).join('')}`,
    '--end-of-options',
    ...refs,
  ],
  parse({ stdout }) {
    const asked = new Set(refs)
    const values = stdout.toString('utf8').split('\0').slice(0, -1)
    const tags: DescribedTag[] = []
    for (let start = 0; start < values.length; start += format.length) {
      const [line = '', oid = '', type = '', targetOid = '', targetType = '', at = '', message = ''] =
        values.slice(start, start + format.length)
      const ref = line.replace(/^\n/, '')
      // the pattern "a" finds "a/b" too
      if (!asked.has(ref)) continue
      const isAnnotated = type === 'tag'
      tags.push({
        ref,
        oid,
        isAnnotated,
        target: isAnnotated ? { oid: targetOid, type: targetType } : null,
        taggedAt: at === '' ? null : Number(at),
        message: isAnnotated ? message : null,
      })
    }
    return tags
  },
})
