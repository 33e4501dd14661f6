import type { Health, Version } from '../version.ts'
import type { CallOptions } from './call-options.ts'

export interface SystemApi {
  health(options?: CallOptions): Promise<Health>
  version(options?: CallOptions): Promise<Version>
}
