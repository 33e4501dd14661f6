import type { NotificationEvent } from '../contract/index.ts'

/** What is to be told. */
export interface NotificationMessage {
  /** `test`: somebody tries the channel out. */
  readonly event: NotificationEvent | 'test'
  /** One line. */
  readonly title: string
  /** Plain text with line breaks; the adapter escapes what its provider would read as markup. */
  readonly text: string
  /** The same at every attempt to send this message. */
  readonly id: string
}

/** What core gives an adapter to send with. */
export interface NotifierCall {
  readonly signal: AbortSignal
  /** The time, in ms since 1970: for signatures. */
  readonly now: number
  /**
   * The only way out: its addresses are checked against `allowOutgoing` and pinned, redirects are not followed, a
   * body is cut at 64 KiB, and 15 s are all it takes.
   * @throws URL_FORBIDDEN, NOTIFIER_UNREACHABLE, ABORTED
   */
  readonly fetch: NotifierFetch
}

/** As the platform's `fetch`, without `Request` objects: what is sent has to be seen whole before. */
export type NotifierFetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/**
 * How one attempt went. `config`: somebody must change the channel; `permanent`: this message will never be taken;
 * `transient`, `throttled`: it is worth another try, not before `retryAfterMs`. `message` is the provider's answer,
 * without secrets.
 */
export type NotifierResult =
  | { readonly ok: true; readonly message: string }
  | {
      readonly ok: false
      readonly kind: 'config' | 'permanent' | 'transient' | 'throttled'
      readonly message: string
      readonly retryAfterMs?: number | undefined
    }

/** A config that was taken apart: each problem with the field that it is about. */
export type NotifierConfigResult<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly field: string; readonly problem: string }

/**
 * Sends messages to one kind of place. Adapters are naive: core checks the config before it is stored, seals it,
 * masks it in answers, renders the text, counts what a provider takes a minute, tries again, and records.
 */
export interface NotifierAdapter<Config = unknown> {
  /** What a channel's `type` says: `dingtalk`. */
  readonly type: string
  /**
   * Reads a config as a caller sent it, or as it answered one before. Pure; what it answers is JSON, and unknown
   * fields are dropped.
   */
  parseConfig(input: unknown): NotifierConfigResult<Config>
  /** Config fields whose value is secret as a whole, so that answers show `***`. */
  readonly secretFields: readonly string[]
  /** Config fields that hold a URL that is connected to: weighed by the rules for outgoing connections. */
  readonly urlFields: readonly string[]
  /** The URL with every secret in it (tokens in its query or path) replaced by `***`; masked again, the same. Pure. */
  maskUrl(url: string): string
  /** Messages that a provider takes from one channel within any so many ms; more are put off. */
  readonly rate: { readonly messages: number; readonly perMs: number }
  /**
   * Sends once. Never throws for what the provider answers, or for a network that fails: both are results.
   * May be called again with the same message.
   */
  send(message: NotificationMessage, config: Config, call: NotifierCall): Promise<NotifierResult>
}
