import { z } from 'zod'
import { branch, branchQuery, checkoutBranch, createBranch, deletedBranch } from '../branch.ts'
import { localGitErrors } from './common-errors.ts'
import { exampleBranch } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf, slashedName } from './path-parameters.ts'

const ofRepo = idOf('repository')

export const branchOperations = {
  name: 'branches',
  description: 'Branches of a registered repository, as `git branch -a` there would show them.',
  operations: {
    'branches.list': {
      summary: 'List a repository’s branches',
      description: '`type` defaults to `local`.',
      path: ofRepo,
      query: branchQuery,
      answer: answers(branch, exampleBranch),
      errors: [...localGitErrors, 'REPO_NOT_FOUND', 'ROLE_MISSING'],
    },
    'branches.create': {
      summary: 'Create a branch',
      description:
        '`base_branch` is a local branch, a remote one (`origin/main`) or a full object name; without it, what HEAD points at.',
      path: ofRepo,
      body: sends(createBranch, { name: 'feature/new-feature', base_branch: 'main' }),
      answer: answers(branch, exampleBranch),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_PROTECTED',
        'REF_INVALID',
        'BRANCH_NOT_FOUND',
        'BRANCH_EXISTS',
        'CONFLICT',
      ],
    },
    'branches.checkout': {
      summary: 'Check a branch out',
      description:
        'Switches the worktree, or moves the HEAD of a bare repository. Refuses to lose uncommitted work, and to run a filter. A remote branch gets its tracking branch.',
      path: ofRepo,
      body: sends(checkoutBranch, { branch: 'develop' }),
      answer: answers(branch, { ...exampleBranch, name: 'develop', is_current: true }),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_PROTECTED',
        'REF_INVALID',
        'BRANCH_NOT_FOUND',
        'BRANCH_EXISTS',
        'CHECKOUT_REFUSED',
        'CONFLICT',
      ],
    },
    'branches.delete': {
      summary: 'Delete a local branch',
      path: { ...ofRepo, branch: slashedName('The branch’s name') },
      query: z.object({ force: z.boolean().optional().describe('Also when its commits are merged nowhere') }),
      answer: answers(deletedBranch, { name: 'feature/new-feature', deleted: true }),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_PROTECTED',
        'REF_INVALID',
        'BRANCH_NOT_FOUND',
        'BRANCH_CHECKED_OUT',
        'BRANCH_UNMERGED',
        'CONFLICT',
      ],
    },
  },
} as const satisfies OperationGroup
