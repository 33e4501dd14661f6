import { z } from 'zod'
import type { Scope } from '../wire/index.ts'
import { id } from './id.ts'
import { type Role, role } from './role.ts'
import { scope } from './scope.ts'

/** Who is asking, from where, and what they may do. */
export interface Principal {
  /** The user behind the credential, or `system` for gitferry itself and an application that names nobody. */
  readonly user: string
  /** How far the caller’s rights reach. Default `admin`: whoever names a principal in process vouches for it. */
  readonly scope?: Scope | undefined
  /** The only repositories that the caller may reach, by id. Default and `null`: every one. */
  readonly repoIds?: readonly number[] | null | undefined
  /**
   * The role at each of `repoIds`, whoever the user is: that of a deploy key. Only with the scope `member`, so that it
   * opens nothing where no role is asked for. Default: what memberships and the scope give.
   */
  readonly role?: Role | undefined
  /** The token or access key that the caller showed, for what lasts longer than a request. */
  readonly credential?:
    | { readonly type: 'token' | 'access_key' | 'public_key'; readonly id: number }
    | undefined
  /** The caller’s address, without a port. */
  readonly ip?: string | null | undefined
  readonly userAgent?: string | null | undefined
  readonly requestId?: string | null | undefined
}

export const system: Principal = { user: 'system' }

/**
 * What a principal must be. Strict: an absent limit means none, so that a misspelt one (`repo_ids`) would make a caller
 * who may do everything.
 */
export const principal = z
  .strictObject({
    user: z.string({ error: 'must be text' }).min(1, 'must not be empty'),
    scope: scope.optional(),
    repoIds: z.array(id, { error: 'must be a list of ids' }).nullish(),
    role: role.optional(),
    credential: z.strictObject({ type: z.enum(['token', 'access_key', 'public_key']), id }).optional(),
    ip: z.string().nullish(),
    userAgent: z.string().nullish(),
    requestId: z.string().nullish(),
  } satisfies Record<keyof Principal, z.ZodType>)
  .refine(({ repoIds, role }) => role === undefined || repoIds != null, {
    path: ['role'],
    error: 'must be that in some repositories: give repoIds',
  })
  // a further scope, as the default is, would reach what asks for a scope alone
  .refine(({ role, scope }) => role === undefined || scope === 'member', {
    path: ['scope'],
    error: 'must be "member" where a role is given',
  })
