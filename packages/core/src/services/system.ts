import type { CallOptions, Health, SystemApi, Version } from '../contract/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'

/** What runs here. */
export class SystemService implements SystemApi {
  readonly #version: Version

  constructor({ version }: { readonly version: Version }) {
    this.#version = version
  }

  async health({ signal }: CallOptions = {}): Promise<Health> {
    throwIfAborted(signal)
    return { status: 'ok' }
  }

  async version({ signal }: CallOptions = {}): Promise<Version> {
    throwIfAborted(signal)
    return this.#version
  }
}
