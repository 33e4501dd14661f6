import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { GitferryApi } from '../../contract/api/index.ts'
import type { AuditVerification } from '../../contract/audit-verification.ts'
import type { CreateSyncTask, Repo } from '../../contract/index.ts'
import type { SyncTask } from '../../contract/sync-task.ts'
import type { ApiSubject } from './subject.ts'

/** Asserts that `record` has every field of the contract's schema, in its shape, and no other. */
export function isRecord<Shape extends z.core.$ZodShape>(schema: z.ZodObject<Shape>, record: unknown): void {
  const { error } = z.strictObject(schema.shape).safeParse(record)
  assert.equal(error && z.prettifyError(error), undefined)
}

/** Registers the sandbox's clone. */
export const registerClone = ({ api, sandbox }: ApiSubject): Promise<Repo> =>
  api.repos.register({ path: sandbox.clonePath })

/** Registers the clone, and a task that brings origin's `main` to backup. */
export async function mainToBackup(
  subject: ApiSubject,
  fields: Partial<CreateSyncTask> = {},
): Promise<SyncTask> {
  const { id } = await registerClone(subject)
  return subject.api.sync.tasks.create({
    repo_id: id,
    source_branch: 'main',
    target_remote: 'backup',
    ...fields,
  })
}

/** Everything that a loop over `records` yields. */
export async function collect<Item>(records: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of records) items.push(item)
  return items
}

/** Waits until every audit entry is sealed, after which none changes any more; answers what the chain is then. */
export async function allSealed(api: GitferryApi): Promise<AuditVerification> {
  for (;;) {
    const found = await api.audit.verify()
    if (found.unsealed === 0) return found
    await sleep(5)
  }
}

/** Asserts that `values` come in strictly ascending order. */
export function ascends(values: readonly (string | number)[]): void {
  for (const [index, value] of values.entries()) {
    const before = values[index - 1]
    if (before !== undefined) assert.ok(before < value, `${before} stands before ${value}`)
  }
}
