import { deleted } from '../deleted.ts'
import { id } from '../id.ts'
import { deletedMember, member, memberQuery, setMember } from '../member.ts'
import { pageQuery } from '../page.ts'
import { createProject, project } from '../project.ts'
import { protectedRef, protectedRefQuery, setProtectedRef } from '../protected-ref.ts'
import {
  addDeployKey,
  addPublicKey,
  deployKey,
  publicKey,
  verifiedKey,
  verifyPrivateKey,
} from '../public-key.ts'
import { localGitErrors } from './common-errors.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const created_at = '2026-01-02T03:04:05.678Z'
const ofRepo = idOf('repository')
const ofProject = idOf('project')
const user_id = id.describe('The id of the user')
const inRepo = ['REPO_NOT_FOUND', 'ROLE_MISSING'] as const
const inProject = ['PROJECT_NOT_FOUND', 'ROLE_MISSING'] as const

const exampleMember = { user_id: 3, name: 'mia', role: 30, created_at } as const
const exampleProject = {
  id: 1,
  uuid: '5f0c7d0e-3a43-4c1b-9f0a-6f1f5a0d7c11',
  name: 'shop',
  kind: 'scrum',
  description: null,
  creator_id: 3,
  created_at,
  updated_at: created_at,
} as const
const exampleKey = {
  id: 1,
  title: 'laptop',
  key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1kd2ZlbGx4cGx5ZXhhbXBsZWtleWV4YW1wbGU4 mia@laptop',
  type: 'ed25519',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s',
  last_used_at: null,
  created_at,
} as const
const exampleProtection = {
  id: 1,
  repo_id: 1,
  kind: 'branch',
  name: 'main',
  push_level: 40,
  merge_level: 30,
  created_at,
  updated_at: created_at,
} as const

export const projectOperations = {
  name: 'projects',
  description: 'Named groups of repositories, with members of their own.',
  operations: {
    'projects.list': {
      summary: 'List the projects that the caller may see',
      query: pageQuery,
      answer: answers(project, exampleProject),
    },
    'projects.get': {
      summary: 'Show a project',
      path: ofProject,
      answer: answers(project, exampleProject),
      errors: inProject,
    },
    'projects.create': {
      summary: 'Make a project',
      description:
        'The caller becomes its admin. Every member may; a caller who is no stored user needs the scope `write`.',
      body: sends(createProject, { name: 'shop' }),
      answer: answers(project, exampleProject),
      errors: ['PROJECT_EXISTS', 'ROLE_MISSING'],
    },
    'projects.delete': {
      summary: 'Delete a project that holds no repositories',
      path: ofProject,
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: [...inProject, 'PROJECT_IN_USE'],
    },
    'projects.members.list': {
      summary: 'List the members of a project',
      path: ofProject,
      query: memberQuery,
      answer: answers(member, exampleMember),
      errors: inProject,
    },
    'projects.members.set': {
      summary: 'Make a user a member of a project, or change their role',
      path: { ...ofProject, user_id },
      body: sends(setMember, { role: 30 }),
      answer: answers(member, exampleMember),
      errors: [...inProject, 'USER_NOT_FOUND', 'LAST_ADMIN'],
    },
    'projects.members.delete': {
      summary: 'Take a member out of a project',
      path: { ...ofProject, user_id },
      answer: answers(deletedMember, { user_id: 3, deleted: true }),
      errors: [...inProject, 'MEMBER_NOT_FOUND', 'LAST_ADMIN'],
    },
  },
} as const satisfies OperationGroup

export const memberOperations = {
  name: 'members',
  description: 'Who has which role in a repository.',
  operations: {
    'members.list': {
      summary: 'List the members of a repository',
      path: ofRepo,
      query: memberQuery,
      answer: answers(member, exampleMember),
      errors: inRepo,
    },
    'members.set': {
      summary: 'Make a user a member of a repository, or change their role',
      path: { ...ofRepo, user_id },
      body: sends(setMember, { role: 30 }),
      answer: answers(member, exampleMember),
      errors: [...inRepo, 'USER_NOT_FOUND', 'LAST_ADMIN'],
    },
    'members.delete': {
      summary: 'Take a member out of a repository',
      path: { ...ofRepo, user_id },
      answer: answers(deletedMember, { user_id: 3, deleted: true }),
      errors: [...inRepo, 'MEMBER_NOT_FOUND', 'LAST_ADMIN'],
    },
  },
} as const satisfies OperationGroup

export const publicKeyOperations = {
  name: 'public keys',
  description: 'SSH public keys: of users, and deploy keys, which open one repository each.',
  operations: {
    'publicKeys.list': {
      summary: 'List the caller’s public keys',
      query: pageQuery,
      answer: answers(publicKey, { ...exampleKey, user_id: 3 }),
    },
    'publicKeys.add': {
      summary: 'Add a public key',
      body: sends(addPublicKey, { title: 'laptop', key: exampleKey.key }),
      answer: answers(publicKey, { ...exampleKey, user_id: 3 }),
      errors: ['SSH_KEY_INVALID', 'PUBLIC_KEY_EXISTS', 'USER_NOT_FOUND'],
    },
    'publicKeys.delete': {
      summary: 'Delete a public key',
      path: idOf('public key'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['PUBLIC_KEY_NOT_FOUND'],
    },
    'publicKeys.verify': {
      summary: 'Tell what a private key opens',
      description:
        'The key is neither stored nor logged. It opens nothing of a repository that is not hosted; an encrypted one counts as a deploy key only when an admin of the repository asks.',
      path: ofRepo,
      body: sends(verifyPrivateKey, { private_key: '-----BEGIN OPENSSH PRIVATE KEY-----\n…' }),
      answer: answers(verifiedKey, { fingerprint: exampleKey.fingerprint, can_read: true, can_push: false }),
      errors: ['REPO_NOT_FOUND', 'ROLE_MISSING', 'SSH_KEY_INVALID'],
    },
    'deployKeys.list': {
      summary: 'List the deploy keys of a repository',
      path: ofRepo,
      query: pageQuery,
      answer: answers(deployKey, { ...exampleKey, repo_id: 1, can_push: false, application: '' }),
      errors: inRepo,
    },
    'deployKeys.add': {
      summary: 'Add a deploy key',
      path: ofRepo,
      body: sends(addDeployKey, { title: 'build server', key: exampleKey.key, can_push: false }),
      answer: answers(deployKey, { ...exampleKey, repo_id: 1, can_push: false, application: '' }),
      errors: [...inRepo, 'SSH_KEY_INVALID', 'PUBLIC_KEY_EXISTS'],
    },
    'deployKeys.delete': {
      summary: 'Delete a deploy key',
      path: { ...ofRepo, key_id: id.describe('The id of the deploy key') },
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: [...inRepo, 'PUBLIC_KEY_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup

export const protectionOperations = {
  name: 'protection',
  description: 'Who may move which branches and make which tags. It holds on every way in.',
  operations: {
    'protection.list': {
      summary: 'List what is protected',
      path: ofRepo,
      query: protectedRefQuery,
      answer: answers(protectedRef, exampleProtection),
      errors: inRepo,
    },
    'protection.set': {
      summary: 'Protect a branch or tags, or change who may',
      path: ofRepo,
      body: sends(setProtectedRef, { kind: 'branch', name: 'main', push_level: 40, merge_level: 30 }),
      answer: answers(protectedRef, exampleProtection),
      errors: [...localGitErrors, ...inRepo, 'REF_INVALID', 'BRANCH_NOT_FOUND'],
    },
    'protection.delete': {
      summary: 'Lift a protection',
      path: { ...ofRepo, rule_id: id.describe('The id of the protection') },
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: [...inRepo, 'PROTECTED_REF_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
