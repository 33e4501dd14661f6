import type { AccessKeysApi, TokensApi, UsersApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const users = (transport: Transport): UsersApi =>
  resource<UsersApi>(transport, 'users', { list: 'query', all: '', create: 'body', delete: 'id' })

export const tokens = (transport: Transport): TokensApi =>
  resource<TokensApi>(transport, 'tokens', { list: 'query', all: '', create: 'body', delete: 'id' })

export const accessKeys = (transport: Transport): AccessKeysApi =>
  resource<AccessKeysApi>(transport, 'accessKeys', { list: 'query', all: '', create: 'body', delete: 'id' })
