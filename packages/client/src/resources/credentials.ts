import type { CredentialsApi, HostKeysApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const credentials = (transport: Transport): CredentialsApi =>
  resource<CredentialsApi>(transport, 'credentials', {
    list: 'query',
    all: '',
    get: 'id',
    create: 'body',
    delete: 'id',
  })

export const hostKeys = (transport: Transport): HostKeysApi =>
  resource<HostKeysApi>(transport, 'hostKeys', {
    list: 'query',
    all: '',
    create: 'body',
    accept: 'id query',
    delete: 'id',
  })
