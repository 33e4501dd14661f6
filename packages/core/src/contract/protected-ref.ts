import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'

const levelMessage = 'must be 0 (nobody), 30 (developers and admins) or 40 (admins)'

export const accessLevel = z
  .union([z.literal(0), z.literal(30), z.literal(40)], { error: levelMessage })
  .describe('0: nobody; 30: developers and admins; 40: admins')

export type AccessLevel = z.output<typeof accessLevel>

export const protectedRefKind = oneOf(['branch', 'tag'])

export type ProtectedRefKind = z.output<typeof protectedRefKind>

/** A rule of a repository about who may move a branch, or make tags. */
export const protectedRef = z
  .object({
    id,
    repo_id: id,
    kind: protectedRefKind,
    name: z.string().describe('A short name; `*` stands for any characters, slashes too'),
    push_level: accessLevel.describe(
      'Who may push to the branch, or make, move and delete such tags. 0: nobody; 30: developers and admins; 40: admins',
    ),
    merge_level: accessLevel
      .nullable()
      .describe('Who may merge into the branch; gitferry only keeps it. Null for tags'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'ProtectedRef' })

export type ProtectedRef = z.output<typeof protectedRef>

export const protectedRefRow = protectedRef.extend({ version: z.int() })

export type ProtectedRefRow = z.output<typeof protectedRefRow>

export const protectedRefQuery = pageQuery.extend({ kind: protectedRefKind.optional() })

export type ProtectedRefQuery = z.input<typeof protectedRefQuery>

/** A ref name may hold none of these, but for `*`, which a rule may. */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp} ~^:?[\\]/u

export const setProtectedRef = z
  .object({
    kind: protectedRefKind,
    name: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(500, 'must have at most 500 characters')
      .refine((name) => !forbidden.test(name), 'must not hold a space or any of ~ ^ : ? [ \\')
      .refine((name) => !name.startsWith('refs/'), 'must be a short name, without "refs/…"'),
    push_level: accessLevel.optional().describe('Default 40'),
    merge_level: accessLevel.nullish().describe('Default: as push_level, for a branch'),
  })
  .meta({ id: 'SetProtectedRef' })

export type SetProtectedRef = z.input<typeof setProtectedRef>
