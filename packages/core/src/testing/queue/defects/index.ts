import type { QueueDefect } from './alter.ts'
import { cancelDefects } from './cancelling.ts'
import { handOverDefects } from './hand-over.ts'
import { hostDefects } from './hosts.ts'
import { orderDefects } from './order.ts'
import { stopDefects } from './stopping.ts'

/** Theme → rule → a queue that breaks it: what proves that the suite can fail. */
export const queueDefects: Readonly<Record<string, Readonly<Record<string, QueueDefect>>>> = {
  'handing over': handOverDefects,
  order: orderDefects,
  'limits of hosts': hostDefects,
  cancelling: cancelDefects,
  stopping: stopDefects,
}
