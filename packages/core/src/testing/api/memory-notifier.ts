import type { NotificationMessage, NotifierAdapter } from '../../ports/index.ts'

export interface MemoryConfig {
  readonly webhook: string
  readonly secret?: string | undefined
  /** What the provider answers instead of taking the message. */
  readonly refuses?: string | undefined
}

/** A notifier whose provider is this process. */
export interface MemoryNotifier extends NotifierAdapter<MemoryConfig> {
  /** What it has taken, and with which secret. */
  readonly sent: readonly { readonly message: NotificationMessage; readonly config: MemoryConfig }[]
}

/** A notifier of the type `memory`, which keeps what is sent. It asks for a `webhook` and may have a `secret`. */
export function memoryNotifier(): MemoryNotifier {
  const sent: { message: NotificationMessage; config: MemoryConfig }[] = []
  return {
    type: 'memory',
    sent,
    secretFields: ['secret'],
    urlFields: ['webhook'],
    rate: { messages: 1_000, perMs: 1_000 },
    parseConfig(input) {
      const { webhook, secret, refuses } = input as Partial<MemoryConfig>
      if (typeof webhook !== 'string') return { ok: false, field: 'webhook', problem: 'must be text' }
      return {
        ok: true,
        config: {
          webhook,
          ...(secret !== undefined && { secret }),
          ...(refuses !== undefined && { refuses }),
        },
      }
    },
    maskUrl: (url) => url.replace(/(?<=[?&]token=)[^&]*/, '***'),
    async send(message, config) {
      if (config.refuses !== undefined) return { ok: false, kind: 'permanent', message: config.refuses }
      sent.push({ message, config })
      return { ok: true, message: 'taken' }
    },
  }
}
