import { z } from 'zod'

/** How far a member's rights reach in a repository or project: reading; writing; everything. */
export const roles = { viewer: 20, developer: 30, admin: 40 } as const

const message = 'must be 20 (viewer), 30 (developer) or 40 (admin)'

export const role = z
  .union([z.literal(20), z.literal(30), z.literal(40)], { error: message })
  .describe('20: viewer, reads; 30: developer, reads and writes; 40: admin, does everything')

export type Role = z.output<typeof role>

/** Who may read without being a member. */
export const visibility = z
  .union([z.literal(0), z.literal(10), z.literal(20)], { error: 'must be 0, 10 or 20' })
  .describe(
    'Who may read without being a member: 0 nobody, 10 the members of the project, 20 everybody, also without a credential',
  )

export type Visibility = z.output<typeof visibility>
