import { z } from 'zod'
import { pageQuery } from '../page.ts'
import { addRemote, deletedRemote, remote, updateRemote } from '../remote.ts'
import { remoteTest } from '../remote-test.ts'
import { accessErrors, localGitErrors } from './common-errors.ts'
import { exampleRemote, exampleRemoteTest } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofRepo = idOf('repository')
const named = { ...ofRepo, name: z.string().describe('The remote’s name') }
const example = {
  ...exampleRemote,
  name: 'backup',
  fetch_url: 'git@backup.example.org:team/my-project.git',
  push_url: 'git@backup.example.org:team/my-project.git',
  source: 'api',
  ssh_key_id: 1,
} as const
const references = [
  'SSH_KEY_NOT_FOUND',
  'CREDENTIAL_NOT_FOUND',
  'URL_FORBIDDEN',
  'SECRETS_UNAVAILABLE',
] as const

export const remoteOperations = {
  name: 'remotes',
  description: 'Named URLs of a repository: those of its own configuration, and those added here.',
  operations: {
    'repos.remotes.list': {
      summary: 'List a repository’s remotes',
      path: ofRepo,
      query: pageQuery,
      answer: answers(remote, exampleRemote),
      errors: ['REPO_NOT_FOUND'],
    },
    'repos.remotes.add': {
      summary: 'Add a remote',
      description:
        'User and password in a URL become a sealed credential and leave the URL. The repository’s own configuration is never written.',
      path: ofRepo,
      body: sends(addRemote, {
        name: 'backup',
        fetch_url: 'git@backup.example.org:team/my-project.git',
        ssh_key_id: 1,
      }),
      answer: answers(remote, example),
      errors: [...references, 'REPO_NOT_FOUND', 'REMOTE_EXISTS'],
    },
    'repos.remotes.update': {
      summary: 'Change a remote',
      description:
        'Changes only the fields that the body carries. A remote of the repository’s configuration is from then on what was said here.',
      path: named,
      body: sends(updateRemote, { ssh_key_id: 1 }),
      answer: answers(remote, example),
      errors: [...references, 'REPO_NOT_FOUND', 'REMOTE_NOT_FOUND'],
    },
    'repos.remotes.delete': {
      summary: 'Delete a remote',
      description:
        'One of the repository’s configuration that was changed here is then again what stands there.',
      path: named,
      answer: answers(deletedRemote, { name: 'backup', deleted: true }),
      errors: [...localGitErrors, 'REPO_NOT_FOUND', 'REMOTE_NOT_FOUND', 'REMOTE_CONFIGURED', 'REMOTE_IN_USE'],
    },
    'repos.remotes.test': {
      summary: 'Ask a remote for its refs, as a sync would',
      description: 'That the remote refuses is an answer, with `success: false`.',
      path: named,
      answer: answers(remoteTest, exampleRemoteTest),
      errors: [...localGitErrors, ...accessErrors, 'REPO_NOT_FOUND', 'REMOTE_NOT_FOUND', 'URL_FORBIDDEN'],
    },
  },
} as const satisfies OperationGroup
