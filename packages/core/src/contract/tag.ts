import { z } from 'zod'
import { emptyAs } from './accepting.ts'
import { oid } from './id.ts'
import { pageQuery } from './page.ts'
import { refName, revision } from './ref.ts'

/** A tag of the registered repository. */
export const tag = z
  .object({
    name: z.string(),
    oid: oid.describe('What the ref holds: of an annotated tag the tag object'),
    target_oid: oid.describe('What it leads to in the end, mostly a commit'),
    is_annotated: z.boolean(),
    message: z.string().nullable().describe('The message of an annotated tag, its first 65,536 characters'),
    tagged_at: z.string().nullable().describe('When an annotated tag was made, RFC 3339'),
  })
  .meta({ id: 'Tag' })

export type Tag = z.output<typeof tag>

export const tagQuery = pageQuery

export type TagQuery = z.input<typeof tagQuery>

const tagMessage = z
  .string({ error: 'must be text' })
  .max(65_536, 'must have at most 65536 characters')
  .regex(/\S/, 'must not be empty; leave it out for a tag without one')
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u, 'must not hold control characters')

export const createTag = z
  .object({
    name: refName,
    ref: emptyAs(null, revision.nullish()),
    message: tagMessage.nullish(),
  })
  .meta({ id: 'CreateTag' })

export interface CreateTag {
  readonly name: string
  /** A branch, a remote branch (`origin/main`), a tag or a full object name. Default: what HEAD points at. */
  readonly ref?: string | null | undefined
  /** Makes an annotated tag. Lines end with a line feed in the end, and so does the whole. */
  readonly message?: string | null | undefined
}

export const deletedTag = z.object({ name: z.string(), deleted: z.literal(true) }).meta({ id: 'DeletedTag' })

export type DeletedTag = z.output<typeof deletedTag>
