import { configCases } from './config-cases.ts'
import type { NotifierCases } from './notifier-case.ts'
import { sendCases } from './send-cases.ts'

/** Theme → rule → case: everything that the notifier port promises. */
export const notifierThemes: Readonly<Record<string, NotifierCases>> = {
  'reading and masking a config': configCases,
  sending: sendCases,
}
