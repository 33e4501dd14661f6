import { deleted } from '../deleted.ts'
import { pageQuery } from '../page.ts'
import { registerRepo, repo, updateRepo } from '../repo.ts'
import { localGitErrors } from './common-errors.ts'
import { exampleRepo } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

export const repoOperations = {
  name: 'repositories',
  description: 'Repositories on the server’s machine, registered by their path.',
  operations: {
    'repos.list': { summary: 'List repositories', query: pageQuery, answer: answers(repo, exampleRepo) },
    'repos.get': {
      summary: 'Show a repository',
      path: idOf('repository'),
      answer: answers(repo, exampleRepo),
      errors: ['REPO_NOT_FOUND'],
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
      description: 'Changes only the fields that the body carries.',
      path: idOf('repository'),
      body: sends(updateRepo, { name: 'my-project' }),
      answer: answers(repo, exampleRepo),
      errors: ['REPO_NOT_FOUND', 'REPO_EXISTS', 'SSH_KEY_NOT_FOUND', 'CREDENTIAL_NOT_FOUND'],
    },
    'repos.delete': {
      summary: 'Unregister a repository',
      description: 'Takes the record and gitferry’s store, never the files.',
      path: idOf('repository'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['REPO_NOT_FOUND', 'REPO_IN_USE'],
    },
  },
} as const satisfies OperationGroup
