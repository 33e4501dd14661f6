import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isGitferryError } from '@gitferry/core/errors'
import type { BreakTable } from './broken-api.ts'

export const cloneBreaks: BreakTable = {
  'a clone without tags': [
    'clones',
    'a clone is answered as a job at once, and is registered once it stands whole',
    ({ api, sandbox }) => ({
      jobs: {
        wait: async (id) => {
          const job = await api.jobs.wait(id)
          const { path } = await api.repos.get(job.repo_id ?? 0)
          sandbox.git(path, 'tag', '--delete', 'v1')
          return job
        },
      },
    }),
  ],
  'a clone of the default branch alone': [
    'clones',
    'a clone with a path is a worktree there, on the branch that is asked for',
    ({ api }) => ({ repos: { clone: ({ branch: _, ...input }) => api.repos.clone(input) } }),
  ],
  'a path that is evaded': [
    'clones',
    'a clone that cannot be is refused, and is no job',
    ({ api }) => ({
      repos: {
        clone: (input) =>
          api.repos.clone(input).catch((error: unknown) => {
            if (!isGitferryError(error, 'PATH_EXISTS')) throw error
            return api.repos.clone({ ...input, path: `${input.path}-2` })
          }),
      },
    }),
  ],
  'a failed clone that leaves its folder': [
    'clones',
    'a clone that fails says why, and leaves nothing',
    ({ api, sandbox }) => ({
      jobs: {
        wait: async (id) => {
          const job = await api.jobs.wait(id)
          mkdirSync(join(sandbox.root, 'new'))
          return job
        },
      },
    }),
  ],
  'a default branch that is ignored': [
    'repositories that are created',
    'a repository that is created is bare, empty and hosted here, and can be synced into',
    ({ api }) => ({ repos: { create: ({ default_branch: _, ...input }) => api.repos.create(input) } }),
  ],
  'sha1 for everybody': [
    'repositories that are created',
    'a repository may have the object format that is asked for',
    ({ api }) => ({ repos: { create: ({ object_format: _, ...input }) => api.repos.create(input) } }),
  ],
  'a name that is made free': [
    'repositories that are created',
    'a repository that cannot be created is refused, and its field named',
    ({ api }) => ({
      repos: {
        create: (input) =>
          api.repos.create(input).catch((error: unknown) => {
            if (!isGitferryError(error, 'REPO_EXISTS')) throw error
            return api.repos.create({ ...input, name: `${input.name}-2` })
          }),
      },
    }),
  ],
}
