import type {
  DeployKeysApi,
  MembersApi,
  ProjectsApi,
  ProtectionApi,
  PublicKeysApi,
} from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const members = (transport: Transport, noun: 'members' | 'projects.members'): MembersApi =>
  resource<MembersApi>(transport, noun, {
    list: 'id query',
    all: 'id',
    set: 'id user_id body',
    delete: 'id user_id',
  })

export const projects = (transport: Transport): ProjectsApi => ({
  ...resource<ProjectsApi, 'members'>(transport, 'projects', {
    list: 'query',
    all: '',
    get: 'id',
    create: 'body',
    delete: 'id',
  }),
  members: members(transport, 'projects.members'),
})

export const publicKeys = (transport: Transport): PublicKeysApi =>
  resource<PublicKeysApi>(transport, 'publicKeys', {
    list: 'query',
    all: '',
    add: 'body',
    delete: 'id',
    verify: 'id body',
  })

export const deployKeys = (transport: Transport): DeployKeysApi =>
  resource<DeployKeysApi>(transport, 'deployKeys', {
    list: 'id query',
    all: 'id',
    add: 'id body',
    delete: 'id key_id',
  })

export const protection = (transport: Transport): ProtectionApi =>
  resource<ProtectionApi>(transport, 'protection', {
    list: 'id query',
    all: 'id',
    set: 'id body',
    delete: 'id rule_id',
  })
