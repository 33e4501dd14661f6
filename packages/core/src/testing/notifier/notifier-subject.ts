import type { ChannelConfig } from '../../contract/index.ts'
import type { NotifierAdapter } from '../../ports/index.ts'

/** What a provider answers to one request. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** What the suite works on. Nothing is connected to: the suite hands the adapter a `fetch` of its own. */
export interface NotifierSubject {
  readonly adapter: NotifierAdapter
  /** A config as a caller sends it, with every secret field and URL field filled in. */
  readonly config: ChannelConfig
  /** Every secret in that config, each at least eight characters long: values of secret fields, tokens in URLs. */
  readonly secrets: readonly string[]
  /** The provider's answer to a message that it takes. */
  readonly taken: ProviderAnswer
  /** Its answers to others, by what they mean; leave out what it never says. */
  readonly refused: {
    readonly [Kind in 'config' | 'permanent' | 'transient' | 'throttled']?: readonly ProviderAnswer[]
  }
  /** A refusal in which the provider says `text` as its reason. */
  refusalSaying(text: string): ProviderAnswer
}

export type MakeNotifierSubject = () => NotifierSubject
