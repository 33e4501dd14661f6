import { z } from 'zod'
import { deleted } from '../deleted.ts'
import { cloneRepo, createRepo, forkRepo, job } from '../job.ts'
import { registerRepo, repo, repoQuery, updateRepo } from '../repo.ts'
import { localGitErrors } from './common-errors.ts'
import { exampleJob, exampleRepo } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

export const repoOperations = {
  name: 'repositories',
  description: 'Repositories on the server’s machine, registered by their path.',
  operations: {
    'repos.list': { summary: 'List repositories', query: repoQuery, answer: answers(repo, exampleRepo) },
    'repos.get': {
      summary: 'Show a repository',
      path: idOf('repository'),
      answer: answers(repo, exampleRepo),
      errors: ['REPO_NOT_FOUND', 'ROLE_MISSING'],
    },
    'repos.register': {
      summary: 'Register a repository',
      description:
        'The path must be absolute, the top of a worktree or a bare repository, under one of the server’s roots, and belong to the server’s user. Its remotes are imported; nothing in it is run or changed.',
      body: sends(registerRepo, { name: 'my-project', path: '/home/git/repos/my-project' }),
      answer: answers(repo, exampleRepo),
      errors: [...localGitErrors, 'UNSUPPORTED', 'REPO_EXISTS', 'SSH_KEY_NOT_FOUND', 'CREDENTIAL_NOT_FOUND'],
    },
    'repos.update': {
      summary: 'Change a repository’s record',
      description:
        'Changes only the fields that the body carries. To change the `visibility` of a hosted repository takes an admin of it, or the scope `admin`.',
      path: idOf('repository'),
      body: sends(updateRepo, { name: 'my-project' }),
      answer: answers(repo, exampleRepo),
      errors: ['REPO_NOT_FOUND', 'ROLE_MISSING', 'REPO_EXISTS', 'SSH_KEY_NOT_FOUND', 'CREDENTIAL_NOT_FOUND'],
    },
    'repos.delete': {
      summary: 'Unregister a repository',
      description:
        'Takes the record and gitferry’s store, never the files: those of a hosted repository are moved to `retired/` in the data directory. What runs have overwritten stays kept. To delete a hosted repository takes an admin of it, or the scope `admin`.',
      path: idOf('repository'),
      query: z.object({
        drop_kept: z
          .boolean()
          .optional()
          .describe('Drops the kept values as well; nobody can restore them then'),
      }),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['REPO_NOT_FOUND', 'ROLE_MISSING', 'REPO_IN_USE'],
    },
    'repos.clone': {
      summary: 'Clone a repository',
      description:
        'Answers a job at once: a bare copy that gitferry keeps in its data directory, or with `path` a worktree there. The repository is registered, with the remote `origin`, when it stands whole. A sync task keeps a copy fresh; without one it stays as it is.',
      body: sends(cloneRepo, { url: 'https://git.example.org/team/my-project.git', name: 'my-project' }),
      answer: answers(job, exampleJob),
      errors: [
        'PROJECT_NOT_FOUND',
        'ROLE_MISSING',
        'SSH_KEY_NOT_FOUND',
        'CREDENTIAL_NOT_FOUND',
        'SECRETS_UNAVAILABLE',
        'URL_FORBIDDEN',
        'PATH_INVALID',
        'PATH_EXISTS',
        'PATH_OUTSIDE_ROOTS',
        'REPO_EXISTS',
        'REF_INVALID',
      ],
    },
    'repos.create': {
      summary: 'Create an empty bare repository',
      description: 'gitferry keeps it in its data directory.',
      body: sends(createRepo, { name: 'my-project', default_branch: 'main' }),
      answer: answers(repo, { ...exampleRepo, is_bare: true, is_hosted: true, remotes: [] }),
      errors: [
        'PATH_INVALID',
        'NOT_A_REPOSITORY',
        'GIT_FAILED',
        'GIT_MISSING',
        'GIT_OUTPUT_TOO_LARGE',
        'GIT_TIMEOUT',
        'PROJECT_NOT_FOUND',
        'ROLE_MISSING',
        'REPO_EXISTS',
        'REF_INVALID',
        'STORE_FAILED',
        'DISK_FULL',
      ],
    },
    'repos.fork': {
      summary: 'Copy a repository into a new one that gitferry hosts',
      description:
        'Branches, tags and the default branch; nothing is shared on disk. Answers when it stands. Only an admin of the original gives it a wider `visibility` than that has.',
      path: idOf('repository'),
      body: sends(forkRepo, { name: 'my-copy', project_id: 1 }),
      answer: answers(repo, {
        ...exampleRepo,
        id: 2,
        name: 'my-copy',
        group_name: 'shop',
        project_id: 1,
        forked_from_id: 1,
        is_bare: true,
        is_hosted: true,
        remotes: [],
      }),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'PROJECT_NOT_FOUND',
        'ROLE_MISSING',
        'REPO_EXISTS',
        'UNSUPPORTED',
        'GIT_STALLED',
        'LFS_FAILED',
        'STORE_FAILED',
        'DISK_FULL',
      ],
    },
  },
} as const satisfies OperationGroup
