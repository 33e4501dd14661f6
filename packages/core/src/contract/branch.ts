import { z } from 'zod'
import { emptyAs } from './accepting.ts'
import { aliases } from './aliases.ts'
import { oid } from './id.ts'
import { pageQuery } from './page.ts'
import { refName, revision } from './ref.ts'

export const branch = z
  .object({
    name: z.string().describe('Short name; a remote branch carries its remote: origin/main'),
    type: z.enum(['local', 'remote']),
    is_current: z.boolean().describe('True for the one branch that HEAD names'),
    last_commit: oid,
  })
  .meta({ id: 'Branch' })

export type Branch = z.output<typeof branch>

export const branchQuery = pageQuery.extend({
  type: z.enum(['local', 'remote', 'all'], { error: 'must be local, remote or all' }).optional(),
})

export type BranchQuery = z.input<typeof branchQuery>

export const createBranch = aliases(
  { base_ref: 'base_branch' },
  z
    .object({
      name: refName,
      base_branch: emptyAs(null, revision.nullish()),
    })
    .meta({ id: 'CreateBranch' }),
)

export interface CreateBranch {
  readonly name: string
  /** A local branch, a remote branch (`origin/main`) or a full object name. Default: what HEAD points at. */
  readonly base_branch?: string | null | undefined
}

export const checkoutBranch = aliases(
  { name: 'branch' },
  z.object({ branch: refName }).meta({ id: 'CheckoutBranch' }),
)

export interface CheckoutBranch {
  /** A local branch, or a remote one (`origin/develop`), whose tracking branch is then created. */
  readonly branch: string
}

export const deletedBranch = z
  .object({ name: z.string(), deleted: z.literal(true) })
  .meta({ id: 'DeletedBranch' })

export type DeletedBranch = z.output<typeof deletedBranch>
