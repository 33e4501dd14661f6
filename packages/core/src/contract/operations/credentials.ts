import { createCredential, credential } from '../credential.ts'
import { deleted } from '../deleted.ts'
import { acceptHostKeyQuery, hostKey, importHostKey } from '../host-key.ts'
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

const exampleHostKey = {
  id: 1,
  host: 'git.example.org',
  port: 22,
  type: 'ssh-ed25519',
  public_key: 'AAAAC3NzaC1lZDI1NTE5AAAAIB1kd2ZlbGx4cGx5ZXhhbXBsZWtleWV4YW1wbGU4',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s',
  status: 'accepted',
  source: 'contact',
  offered: null,
  created_at: '2026-01-02T03:04:05.678Z',
} as const

export const hostKeyOperations = {
  name: 'host keys',
  description:
    'The keys of SSH servers, as the first contact recorded them or as somebody gave them. A server that shows another ' +
    'one is refused until that one is accepted.',
  operations: {
    'hostKeys.list': {
      summary: 'List host keys',
      query: pageQuery,
      answer: answers(hostKey, exampleHostKey),
    },
    'hostKeys.create': {
      summary: 'Pin a host key',
      description:
        'Given as a line of `known_hosts`: Ed25519, ECDSA, or RSA of 2048 bits or more. It takes the place of a known one of the same type and of built-in ones; other known ones stay. The audit entry names what it replaced.',
      body: sends(importHostKey, {
        known_host: `${exampleHostKey.host} ${exampleHostKey.type} ${exampleHostKey.public_key}`,
      }),
      answer: answers(hostKey, { ...exampleHostKey, source: 'import' }),
    },
    'hostKeys.accept': {
      summary: 'Accept the key that a server has shown',
      description:
        'Compare its fingerprint with what the owner of the server says first, and give it, so that no other key is accepted. Every other key of the server goes.',
      path: idOf('host key'),
      query: acceptHostKeyQuery,
      answer: answers(hostKey, exampleHostKey),
      errors: ['HOST_KEY_NOT_FOUND', 'CONFLICT'],
    },
    'hostKeys.delete': {
      summary: 'Forget a host key',
      description:
        'A server of which no other key is known is met as at the first contact, or is known by its built-in key again.',
      path: idOf('host key'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['HOST_KEY_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
