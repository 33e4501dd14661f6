import type { AccessKeysApi, TokensApi, UsersApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const users = (transport: Transport): UsersApi => {
  const { list, method } = resource(transport)
  const page: UsersApi['list'] = list('users.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    create: method('users.create', 'body'),
    delete: method('users.delete', 'id'),
  }
}

export const tokens = (transport: Transport): TokensApi => {
  const { list, method } = resource(transport)
  const page: TokensApi['list'] = list('tokens.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    create: method('tokens.create', 'body'),
    delete: method('tokens.delete', 'id'),
  }
}

export const accessKeys = (transport: Transport): AccessKeysApi => {
  const { list, method } = resource(transport)
  const page: AccessKeysApi['list'] = list('accessKeys.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    create: method('accessKeys.create', 'body'),
    delete: method('accessKeys.delete', 'id'),
  }
}
