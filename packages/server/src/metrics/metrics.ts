import type { MiddlewareHandler } from 'hono'
import { Gauge, Registry } from 'prom-client'
import type { AppEnv } from '../app-env.ts'
import type { ServedGitferry } from '../served.ts'
import { deliveryMetrics } from './delivery-metrics.ts'
import { requestMetrics } from './request-metrics.ts'
import { runMetrics } from './run-metrics.ts'

/**
 * What one application counts, for Prometheus: in a registry of its own, by listening to gitferry, which knows nothing
 * of it. No label holds a URL, a branch or a path.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #unsubscribe: readonly (() => void)[]
  /** Counts the requests that come through it. */
  readonly requests: MiddlewareHandler<AppEnv>
  /** Counts a request that never came so far, by the status of its answer. */
  readonly countUnreadable: (status: number) => void

  constructor(gitferry: ServedGitferry) {
    const registry = this.#registry
    const { countUnreadable, requests } = requestMetrics(registry)
    this.requests = requests
    this.countUnreadable = countUnreadable
    new Gauge({
      name: 'gitferry_build_info',
      help: 'What runs here; always 1.',
      labelNames: ['version', 'git_commit'] as const,
      registers: [registry],
      async collect() {
        const { git_commit, version } = await gitferry.system.version()
        this.set({ version, git_commit }, 1)
      },
    })
    this.#unsubscribe = [...runMetrics(gitferry, registry), ...deliveryMetrics(gitferry, registry)]
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** Listens no longer. May be called twice. */
  [Symbol.dispose](): void {
    for (const off of this.#unsubscribe) off()
  }
}
