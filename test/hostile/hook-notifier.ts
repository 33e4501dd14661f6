import type { NotifierAdapter } from '@gitferry/core/ports'

interface HookConfig {
  readonly webhook: string
}

/** A notifier that takes any URL, so that only the rules for outgoing connections stand between it and the network. */
export const hookNotifier = (): NotifierAdapter<HookConfig> => ({
  type: 'hook',
  secretFields: [],
  urlFields: ['webhook'],
  rate: { messages: 1_000, perMs: 1_000 },
  parseConfig(input) {
    const { webhook } = input as Partial<HookConfig>
    if (typeof webhook !== 'string') return { ok: false, field: 'webhook', problem: 'must be text' }
    return { ok: true, config: { webhook } }
  },
  maskUrl: (url) => url,
  async send({ text }, { webhook }, { fetch, signal }) {
    try {
      const { status } = await fetch(webhook, { method: 'POST', body: text, signal })
      return { ok: true, message: String(status) }
    } catch (error) {
      return { ok: false, kind: 'permanent', message: String(error) }
    }
  },
})
