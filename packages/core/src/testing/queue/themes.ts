import { cancelCases } from './cases/cancelling.ts'
import { handOverCases } from './cases/hand-over.ts'
import { hostCases } from './cases/hosts.ts'
import { orderCases } from './cases/order.ts'
import { stopCases } from './cases/stopping.ts'
import type { QueueCases } from './queue-case.ts'

/** Theme → rule → case: everything that the queue port promises. */
export const queueThemes: Readonly<Record<string, QueueCases>> = {
  'handing over': handOverCases,
  order: orderCases,
  'limits of hosts': hostCases,
  cancelling: cancelCases,
  stopping: stopCases,
}
