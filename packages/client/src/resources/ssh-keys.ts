import type { SshKeysApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const sshKeys = (transport: Transport): SshKeysApi =>
  resource<SshKeysApi>(transport, 'keys', {
    list: 'query',
    all: '',
    get: 'id',
    create: 'body',
    generate: 'body',
    update: 'id body',
    delete: 'id',
    test: 'id body!',
  })
