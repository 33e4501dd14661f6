import type { CredentialsApi, HostKeysApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const credentials = (transport: Transport): CredentialsApi => {
  const { list, method } = resource(transport)
  const page: CredentialsApi['list'] = list('credentials.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    get: method('credentials.get', 'id'),
    create: method('credentials.create', 'body'),
    delete: method('credentials.delete', 'id'),
  }
}

export const hostKeys = (transport: Transport): HostKeysApi => {
  const { list, method } = resource(transport)
  const page: HostKeysApi['list'] = list('hostKeys.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    create: method('hostKeys.create', 'body'),
    accept: method('hostKeys.accept', 'id', 'query'),
    delete: method('hostKeys.delete', 'id'),
  }
}
