import type { Health, SystemApi, Version } from '@gitferry/core/contract'
import type { Transport } from '../transport.ts'

export const system = (transport: Transport): SystemApi => ({
  health: (options) =>
    transport.bare<Health>('system.health', (body) => body.status === 'ok', { signal: options?.signal }),
  version: (options) => transport.data<Version>('system.version', { signal: options?.signal }),
})
