import { deleted } from '../deleted.ts'
import { pageQuery } from '../page.ts'
import { remoteTest } from '../remote-test.ts'
import { generateSshKey, importSshKey, sshKey, testSshKey, updateSshKey } from '../ssh-key.ts'
import { accessErrors } from './common-errors.ts'
import { exampleRemoteTest, exampleSshKey } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofKey = idOf('SSH key')

export const sshKeyOperations = {
  name: 'SSH keys',
  description: 'Private keys with which remotes are reached. One goes in and never comes out.',
  operations: {
    'keys.list': { summary: 'List SSH keys', query: pageQuery, answer: answers(sshKey, exampleSshKey) },
    'keys.get': {
      summary: 'Show an SSH key',
      path: ofKey,
      answer: answers(sshKey, exampleSshKey),
      errors: ['SSH_KEY_NOT_FOUND'],
    },
    'keys.create': {
      summary: 'Import an SSH key',
      description:
        'PKCS#1, PKCS#8, SEC1 and OpenSSH; rsa of 2048 bits or more, ecdsa, ed25519; with `passphrase` where it is encrypted. A `type` must agree with the key.',
      body: sends(importSshKey, {
        name: 'github-deploy-key',
        type: 'ed25519',
        private_key: '-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----\n',
        description: 'Pushes to the backup',
      }),
      answer: answers(sshKey, { ...exampleSshKey, used_by: [] }),
      errors: ['SSH_KEY_INVALID', 'SSH_KEY_EXISTS', 'SECRETS_UNAVAILABLE'],
    },
    'keys.generate': {
      summary: 'Make an SSH key',
      description: 'An ed25519 key; the public half is answered.',
      body: sends(generateSshKey, { name: 'github-deploy-key' }),
      answer: answers(sshKey, { ...exampleSshKey, description: null, used_by: [] }),
      errors: ['SSH_KEY_EXISTS', 'SECRETS_UNAVAILABLE'],
    },
    'keys.update': {
      summary: 'Rename or describe an SSH key',
      description: 'Changes only the fields that the body carries.',
      path: ofKey,
      body: sends(updateSshKey, { description: 'Pushes to the backup' }),
      answer: answers(sshKey, exampleSshKey),
      errors: ['SSH_KEY_NOT_FOUND', 'SSH_KEY_EXISTS'],
    },
    'keys.delete': {
      summary: 'Delete an SSH key',
      path: ofKey,
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['SSH_KEY_NOT_FOUND', 'SSH_KEY_IN_USE'],
    },
    'keys.test': {
      summary: 'Ask a remote for its refs with this key and no other',
      description: 'That the remote refuses is an answer, with `success: false`.',
      path: ofKey,
      body: sends(testSshKey, { repo_url: 'git@github.com:org/repo.git' }),
      answer: answers(remoteTest, {
        ...exampleRemoteTest,
        host_key: {
          host: 'github.com',
          port: 22,
          type: 'ssh-ed25519',
          fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
        },
      }),
      // PATH_NOT_OWNED: what git says at the other end, ssh prints here as if it were git’s own word
      errors: [
        ...accessErrors.filter((code) => code !== 'CREDENTIAL_NOT_FOUND'),
        'URL_FORBIDDEN',
        'PATH_NOT_OWNED',
        'GIT_FAILED',
        'GIT_MISSING',
        'GIT_OUTPUT_TOO_LARGE',
      ],
    },
  },
} as const satisfies OperationGroup
