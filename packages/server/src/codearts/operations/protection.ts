import type { ProtectedRefKind } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { z } from 'zod'
import type { ServedGitferry } from '../../served.ts'
import { oneOfIntegers, optional, shortId, text } from '../fields.ts'
import { operation } from '../operation.ts'
import { toProtectedBranch, toProtectedTag } from '../shapes/protection.ts'
import { branchTip } from './branches.ts'

const level = oneOfIntegers(0, 30, 40)

/**
 * Merging takes at least what pushing takes, say the vendor’s pages: by number, or by how many people it lets, in which
 * 40 is narrower than 30. Refused is what is wrong either way.
 */
const accessLevel = z
  .object({ push_access_level: level, merge_access_level: level }, { error: 'must be an object' })
  .refine(
    ({ merge_access_level, push_access_level }) => merge_access_level !== 0 || push_access_level === 0,
    { path: ['merge_access_level'], message: 'must not be 0 where somebody may push' },
  )

/** The ids of the rules of exactly these names. @throws PROTECTED_REF_NOT_FOUND where one has none */
async function ruleIds(
  gitferry: ServedGitferry,
  repoId: number,
  kind: ProtectedRefKind,
  names: readonly string[],
): Promise<number[]> {
  const byName = new Map<string, number>()
  for await (const rule of gitferry.protection.all(repoId)) {
    if (rule.kind === kind) byName.set(rule.name, rule.id)
  }
  return [...new Set(names)].map((name) => {
    const id = byName.get(name)
    if (id !== undefined) return id
    throw new GitferryError('PROTECTED_REF_NOT_FOUND', `Nothing protects the ${kind} of this name.`)
  })
}

async function unprotect(
  gitferry: ServedGitferry,
  repoId: number,
  kind: ProtectedRefKind,
  names: readonly string[],
): Promise<'success'> {
  for (const id of await ruleIds(gitferry, repoId, kind, names)) await gitferry.protection.delete(repoId, id)
  return 'success'
}

const branchPath = z.object({ repository_id: shortId, branch_name: text(1, 500) })

export const protectionOperations = {
  AddProtectBranchV2: operation({
    method: 'PUT',
    paths: ['/v2/repositories/{repository_id}/branch/{+branch_name}/protect'],
    path: branchPath,
    body: z.object({ access_level: accessLevel }),
    changes: 'protection.set',
    fields: {
      id: 'repository_id',
      name: 'branch_name',
      push_level: 'access_level.push_access_level',
      merge_level: 'access_level.merge_access_level',
    },
    async answer({ body: { access_level }, gitferry, path: { branch_name: name, repository_id } }) {
      // a pattern is no branch, and this protects branches only
      await branchTip(gitferry, repository_id, name)
      const { merge_access_level: merge_level, push_access_level: push_level } = access_level
      await gitferry.protection.set(repository_id, { kind: 'branch', name, push_level, merge_level })
      const { commit } = await branchTip(gitferry, repository_id, name)
      return toProtectedBranch({ name, commit, push_level, merge_level, ahead: null, behind: null })
    },
  }),

  DeleteProtectBranchV2: operation({
    method: 'DELETE',
    paths: [
      '/v2/repositories/{repository_id}/protected-branches/{+branch_name}',
      '/v2/repositories/{repository_id}/protected_branches/{+branch_name}',
    ],
    path: branchPath,
    changes: 'protection.delete',
    fields: { id: 'repository_id' },
    answer: ({ gitferry, path: { branch_name, repository_id } }) =>
      unprotect(gitferry, repository_id, 'branch', [branch_name]),
  }),

  BatchDeleteProtectV2: operation({
    method: 'DELETE',
    paths: [
      '/v2/repositories/{repository_id}/protected-branches',
      '/v2/repositories/{repository_id}/protected_branches',
    ],
    path: z.object({ repository_id: shortId }),
    body: z.object({
      names: z
        .array(text(1, 500), { error: 'must be a list of names' })
        .min(1, 'must hold a name')
        .max(100, 'must hold at most 100 names'),
    }),
    changes: 'protection.delete',
    fields: { id: 'repository_id' },
    answer: ({ body: { names }, gitferry, path: { repository_id } }) =>
      unprotect(gitferry, repository_id, 'branch', names),
  }),

  AddProtectTagV2: operation({
    method: 'POST',
    paths: [
      '/v2/repositories/{repository_id}/protected-tags',
      '/v2/repositories/{repository_id}/protected_tags',
    ],
    path: z.object({ repository_id: shortId }),
    // optional in the tables, but a rule about no tag says nothing
    body: z.object({ name: text(1, 500), create_access_level: optional(level) }),
    changes: 'protection.set',
    fields: { id: 'repository_id', push_level: 'create_access_level' },
    async answer({ body: { create_access_level, name }, gitferry, path: { repository_id } }) {
      const given = { kind: 'tag', name, push_level: create_access_level ?? 40 } as const
      const { push_level } = await gitferry.protection.set(repository_id, given)
      return toProtectedTag(name, push_level)
    },
  }),

  DeleteProtectTagV2: operation({
    method: 'DELETE',
    paths: [
      '/v2/repositories/{repository_id}/protected-tags/{+name}',
      '/v2/repositories/{repository_id}/protected_tags/{+name}',
    ],
    path: z.object({ repository_id: shortId, name: text(1, 500) }),
    changes: 'protection.delete',
    fields: { id: 'repository_id' },
    answer: ({ gitferry, path: { name, repository_id } }) =>
      unprotect(gitferry, repository_id, 'tag', [name]),
  }),
}
