import type { Defect } from './defects/alter.ts'
import { concurrencyDefects } from './defects/concurrency.ts'
import { deleteDefects } from './defects/deletes.ts'
import { filterDefects } from './defects/filters.ts'
import { idDefects } from './defects/ids.ts'
import { lifecycleDefects } from './defects/lifecycle.ts'
import { orderDefects } from './defects/order.ts'
import { pageDefects } from './defects/pages.ts'
import { rowDefects } from './defects/rows.ts'
import { transactionDefects } from './defects/transactions.ts'
import { uniqueDefects } from './defects/unique.ts'
import { updateDefects } from './defects/updates.ts'
import { valueDefects } from './defects/values.ts'
import { versionDefects } from './defects/versions.ts'

export type { Defect } from './defects/alter.ts'

/**
 * Rule → the defect that its case describes, as a wrapper round any adapter. The suite must reject each of them,
 * by that case and no other: this is how the suite itself is tested.
 */
export const storageDefects: Readonly<Record<string, Defect>> = {
  ...rowDefects,
  ...valueDefects,
  ...idDefects,
  ...updateDefects,
  ...versionDefects,
  ...deleteDefects,
  ...filterDefects,
  ...orderDefects,
  ...pageDefects,
  ...uniqueDefects,
  ...transactionDefects,
  ...concurrencyDefects,
  ...lifecycleDefects,
}
