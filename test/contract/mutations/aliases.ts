import type { Mutation } from '../mutation.ts'

export const aliasMutations: readonly Mutation[] = [
  {
    takesOut: ['base_ref is base_branch'],
    file: 'packages/core/src/contract/branch.ts',
    find: "{ base_ref: 'base_branch' }",
    replace: '{}',
  },
  {
    takesOut: ['name is branch at checkout'],
    file: 'packages/core/src/contract/branch.ts',
    find: "{ name: 'branch' }",
    replace: '{}',
  },
  {
    takesOut: ['cron is cron_expression'],
    file: 'packages/core/src/contract/sync-task.ts',
    find: "{ cron: 'cron_expression' }",
    replace: '{}',
  },
  {
    takesOut: ['the mode single is branch, all-branch is mirror'],
    file: 'packages/core/src/contract/sync-task.ts',
    find: "(value === 'single' ? 'branch' :",
    replace: "(value === 'one' ? 'branch' :",
  },
]
