import type { CredentialsApi, HostKeysApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const credentials = (transport: Transport): CredentialsApi => {
  const { list, method } = resource(transport)
  return {
    list: list('credentials.list', 'query'),
    get: method('credentials.get', 'id'),
    create: method('credentials.create', 'body'),
    delete: method('credentials.delete', 'id'),
  }
}

export const hostKeys = (transport: Transport): HostKeysApi => {
  const { list, method } = resource(transport)
  return {
    list: list('hostKeys.list', 'query'),
    delete: method('hostKeys.delete', 'id'),
  }
}
