import type { ChannelConfig, ChannelRow } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import { redact } from '../git/redact.ts'
import type {
  Clock,
  Logger,
  NotificationMessage,
  NotifierAdapter,
  NotifierFetch,
  NotifierResult,
} from '../ports/index.ts'
import { waitOrAbort } from '../runtime/abort.ts'
import { throttledMs } from './after-attempt.ts'
import { secretsOf } from './channel-config.ts'
import type { Notifiers } from './notifiers.ts'
import type { SealedValues } from './sealed-values.ts'
import { SendBudget } from './send-budget.ts'

const timeoutMs = 15_000
const longestAnswer = 500

/** Where the config of a channel is sealed. */
export const configPlace = (id: number) => ({ table: 'channels', column: 'sealed_config', id })

/** How a send went. */
export type SendResult = NotifierResult & {
  /** It was given up before the provider said anything: the message may have arrived. */
  readonly isUnanswered?: true
}

/** Sends one message to one channel, once. Whatever happens is a result. */
export class ChannelSender {
  readonly #notifiers: Notifiers
  readonly #sealed: SealedValues
  readonly #fetch: NotifierFetch
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #budget = new SendBudget()
  readonly #closing = new AbortController()

  constructor(deps: {
    readonly notifiers: Notifiers
    readonly sealed: SealedValues
    /** The guarded way out. */
    readonly fetch: NotifierFetch
    readonly clock: Clock
    readonly logger: Logger
  }) {
    this.#notifiers = deps.notifiers
    this.#sealed = deps.sealed
    this.#fetch = deps.fetch
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /** When the channel's provider takes the next message, in ms since 1970. */
  freeAt(channel: ChannelRow): number {
    const now = this.#clock.now()
    const notifier = this.#notifiers.find(channel.type)
    return notifier === undefined ? now : this.#budget.freeAt(channel.id, notifier.rate, now)
  }

  /** Forgets what a channel was sent, since it is deleted. */
  forget(channelId: number): void {
    this.#budget.forget(channelId)
  }

  /** Gives up what is under way, and sends nothing any more. May be called twice. */
  close(): void {
    this.#closing.abort()
  }

  /**
   * Sends now; whether the provider takes a message now, `freeAt` says. The whole attempt takes 15 s at most. Ended by
   * `signal` or `close`, it answers `transient`: the message may have arrived. The `message` of the result is cut, and
   * rid of the channel's secrets.
   */
  async send(
    channel: ChannelRow,
    message: NotificationMessage,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<SendResult> {
    const notifier = this.#notifiers.find(channel.type)
    if (notifier === undefined)
      return misconfigured(`there is no notifier for the type "${channel.type}" here`)
    const config = this.#open(channel, notifier)
    if (typeof config === 'string') return misconfigured(config)
    const givenUp = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])])
    if (givenUp.aborted) return { ok: false, kind: 'transient', message: 'given up before it was sent' }
    const deadline = new AbortController()
    const cancelTimer = this.#clock.setTimer(timeoutMs, () => deadline.abort())
    const ended = AbortSignal.any([givenUp, deadline.signal])
    const count = this.#budget.begin(channel.id, notifier.rate)
    try {
      const call = { signal: ended, now: this.#clock.now(), fetch: this.#fetch }
      const result = await waitOrAbort(notifier.send(message, config, call), ended)
      if (!result.ok && result.kind === 'throttled') {
        this.#budget.hold(channel.id, this.#clock.now() + (result.retryAfterMs ?? throttledMs))
      }
      const isUnanswered = ended.aborted && !result.ok && result.kind === 'transient'
      const shown = presentable(result.message, secretsOf(notifier, config))
      return { ...result, message: shown, ...(isUnanswered && { isUnanswered }) }
    } catch (error) {
      if (givenUp.aborted) return unanswered('given up before an answer came')
      if (deadline.signal.aborted) return unanswered(`no answer within ${timeoutMs / 1_000} s`)
      this.#logger.error('a notifier failed', { channel_id: channel.id, type: channel.type, error })
      return { ok: false, kind: 'permanent', message: 'the notifier failed; the log has its cause' }
    } finally {
      cancelTimer()
      count(this.#clock.now())
    }
  }

  /** The config, or why there is none. */
  #open(channel: ChannelRow, notifier: NotifierAdapter): ChannelConfig | string {
    try {
      const stored = JSON.parse(this.#sealed.unseal(channel.sealed_config, configPlace(channel.id)))
      const parsed = notifier.parseConfig(stored)
      if (parsed.ok) return parsed.config as ChannelConfig
      return `config.${parsed.field}: ${parsed.problem}; give the channel its config again`
    } catch (error) {
      this.#logger.error('the config of a channel cannot be read', { channel_id: channel.id, error })
      return isGitferryError(error) ? error.message : 'the config of the channel cannot be read'
    }
  }
}

const misconfigured = (message: string): NotifierResult => ({ ok: false, kind: 'config', message })

const unanswered = (message: string): SendResult => ({
  ok: false,
  kind: 'transient',
  message,
  isUnanswered: true,
})

const presentable = (text: string, secrets: readonly string[]): string =>
  redact(text, secrets).slice(0, longestAnswer).toWellFormed()
