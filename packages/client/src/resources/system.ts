import type { Health, SystemApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const system = (transport: Transport): SystemApi => ({
  ...resource<SystemApi, 'health'>(transport, 'system', { version: '' }),
  health: (options) => transport.bare<Health>('system.health', (body) => body.status === 'ok', options),
})
