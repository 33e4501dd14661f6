import type { SshKeysApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const sshKeys = (transport: Transport): SshKeysApi => {
  const { list, method, unlimited } = resource(transport)
  const page: SshKeysApi['list'] = list('keys.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    get: method('keys.get', 'id'),
    create: method('keys.create', 'body'),
    generate: method('keys.generate', 'body'),
    update: method('keys.update', 'id', 'body'),
    delete: method('keys.delete', 'id'),
    // as long as git takes
    test: unlimited('keys.test', 'id', 'body'),
  }
}
