import type { BranchTip } from '@gitferry/core'
import { GitferryError } from '@gitferry/core/errors'
import { z } from 'zod'
import type { ServedGitferry } from '../../served.ts'
import { integerText, optional, shortId, text } from '../fields.ts'
import { operation } from '../operation.ts'
import { toBranchCommit } from '../shapes/commit-v2.ts'
import { toProtectedBranch } from '../shapes/protection.ts'

const ofRepository = z.object({ repository_id: shortId })

/** @throws BRANCH_NOT_FOUND */
export async function branchTip(gitferry: ServedGitferry, repoId: number, name: string): Promise<BranchTip> {
  const [tip] = await gitferry.lookUp.branches(repoId, [name])
  if (tip) return tip
  throw new GitferryError('BRANCH_NOT_FOUND', 'There is no such branch.', { details: { branch: name } })
}

export const branchOperations = {
  ShowBranchesByRepositoryId: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_id}/branches'],
    path: ofRepository,
    fields: { id: 'repository_id' },
    async answer({ gitferry, path: { repository_id }, signal }) {
      const { items, total } = await gitferry.branches.list(repository_id, {}, { signal })
      const names = items.map(({ name }) => name)
      const tips = await gitferry.lookUp.branches(repository_id, names, { signal })
      const levels = new Map(tips.map(({ name, push_level }) => [name, push_level]))
      return {
        total,
        branches: names.map((name) => ({ name, is_protected: (levels.get(name) ?? null) !== null })),
      }
    },
  }),

  ListBranchesByRepositoryId: operation({
    method: 'GET',
    paths: ['/v2/repositories/{repository_id}/branches'],
    path: ofRepository,
    query: z.object({
      page: optional(integerText(1)),
      per_page: optional(integerText(1, 100)),
      match: optional(text(0, 2_000)),
    }),
    fields: { id: 'repository_id' },
    async answer({ gitferry, path: { repository_id }, query, signal }) {
      const { match = '', page = 1, per_page = 20 } = query
      const { items } = await gitferry.branches.list(repository_id, {}, { signal })
      const names = items.map(({ name }) => name).filter((name) => name.includes(match))
      const shown = names.slice((page - 1) * per_page, page * per_page)
      const tips = await gitferry.lookUp.branches(repository_id, shown, { divergence: true, signal })
      return {
        total: names.length,
        branches: tips.map(({ ahead, behind, commit, name }) => ({
          name,
          commit: toBranchCommit(commit),
          diverging_commit_counts: { ahead: ahead ?? 0, behind: behind ?? 0 },
        })),
      }
    },
  }),

  CreateNewBranch: operation({
    method: 'POST',
    paths: ['/v2/repositories/{repository_id}/branches'],
    path: ofRepository,
    body: z.object({ branch_name: text(1, 260), ref: text(1, 2_000) }),
    changes: 'branches.create',
    fields: { id: 'repository_id', name: 'branch_name', base_branch: 'ref' },
    async answer({ body: { branch_name: name, ref }, gitferry, path: { repository_id } }) {
      const base_branch = await gitferry.lookUp.commitOid(repository_id, ref)
      await gitferry.branches.create(repository_id, { name, base_branch })
      return toProtectedBranch(await branchTip(gitferry, repository_id, name))
    },
  }),
}
