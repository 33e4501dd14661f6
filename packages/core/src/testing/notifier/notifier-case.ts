import type { NotificationMessage, NotifierFetch, NotifierResult } from '../../ports/index.ts'
import type { NotifierSubject, ProviderAnswer } from './notifier-subject.ts'

/** What a case works on. */
export interface NotifierCaseContext {
  readonly subject: NotifierSubject
  /** Sends the message with a `fetch` of that answer, or with that `fetch`. */
  send(
    answer: ProviderAnswer | NotifierFetch,
    options?: { readonly signal?: AbortSignal; readonly message?: NotificationMessage },
  ): Promise<NotifierResult>
}

/** One rule of the notifier port, and the proof that it holds. */
export interface NotifierCase {
  /** What is wrong with a notifier that fails this case. */
  readonly defect: string
  run(context: NotifierCaseContext): Promise<void>
}

/** Rule → case. */
export type NotifierCases<Rule extends string = string> = Readonly<Record<Rule, NotifierCase>>

export const notifierCases = <Rule extends string>(all: NotifierCases<Rule>): NotifierCases<Rule> => all
