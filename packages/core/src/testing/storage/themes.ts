import { concurrencyCases } from './cases/concurrency.ts'
import { deleteCases } from './cases/deletes.ts'
import { filterCases } from './cases/filters.ts'
import { idCases } from './cases/ids.ts'
import { lifecycleCases } from './cases/lifecycle.ts'
import { orderCases } from './cases/order.ts'
import { pageCases } from './cases/pages.ts'
import { rowCases } from './cases/rows.ts'
import { transactionCases } from './cases/transactions.ts'
import { uniqueCases } from './cases/unique.ts'
import { updateCases } from './cases/updates.ts'
import { valueCases } from './cases/values.ts'
import { versionCases } from './cases/versions.ts'
import type { StorageCases } from './storage-case.ts'

/** Theme → rule → case: everything that the storage port promises. */
export const storageThemes: Readonly<Record<string, StorageCases>> = {
  rows: rowCases,
  values: valueCases,
  ids: idCases,
  updates: updateCases,
  versions: versionCases,
  deletes: deleteCases,
  filters: filterCases,
  order: orderCases,
  pages: pageCases,
  'unique keys': uniqueCases,
  transactions: transactionCases,
  concurrency: concurrencyCases,
  lifecycle: lifecycleCases,
}
