import { createCredential, credential } from '../credential.ts'
import { deleted } from '../deleted.ts'
import { hostKey } from '../host-key.ts'
import { pageQuery } from '../page.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofCredential = idOf('credential')
const exampleCredential = {
  id: 1,
  name: 'backup-token',
  type: 'token',
  username: 'oauth2',
  origin: 'https://git.example.org',
  source: 'api',
  used_by: [],
  last_used_at: null,
  created_at: '2026-01-02T03:04:05.678Z',
} as const

export const credentialOperations = {
  name: 'credentials',
  description: 'Users with passwords, and tokens, for remotes over HTTP(S). A secret is never shown.',
  operations: {
    'credentials.list': {
      summary: 'List credentials',
      query: pageQuery,
      answer: answers(credential, { ...exampleCredential, used_by: [] }),
    },
    'credentials.get': {
      summary: 'Show a credential',
      path: ofCredential,
      answer: answers(credential, { ...exampleCredential, used_by: [] }),
      errors: ['CREDENTIAL_NOT_FOUND'],
    },
    'credentials.create': {
      summary: 'Store a credential',
      description: 'It is sent to remotes of its origin (scheme, host and port) and nowhere else.',
      body: sends(createCredential, {
        name: 'backup-token',
        type: 'token',
        origin: 'https://git.example.org',
        token: 'a secret',
      }),
      answer: answers(credential, { ...exampleCredential, used_by: [] }),
      errors: ['CREDENTIAL_EXISTS', 'URL_FORBIDDEN', 'SECRETS_UNAVAILABLE'],
    },
    'credentials.delete': {
      summary: 'Delete a credential',
      path: ofCredential,
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['CREDENTIAL_NOT_FOUND', 'CREDENTIAL_IN_USE'],
    },
  },
} as const satisfies OperationGroup

export const hostKeyOperations = {
  name: 'host keys',
  description: 'The keys of SSH servers, as the first contact recorded them.',
  operations: {
    'hostKeys.list': {
      summary: 'List host keys',
      query: pageQuery,
      answer: answers(hostKey, {
        id: 1,
        host: 'git.example.org',
        port: 22,
        type: 'ssh-ed25519',
        public_key: 'AAAAC3NzaC1lZDI1NTE5AAAAIB1kd2ZlbGx4cGx5ZXhhbXBsZWtleWV4YW1wbGU4',
        fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s',
        created_at: '2026-01-02T03:04:05.678Z',
      }),
    },
    'hostKeys.delete': {
      summary: 'Forget a host key',
      description: 'The next contact records what the server then shows.',
      path: idOf('host key'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['HOST_KEY_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
