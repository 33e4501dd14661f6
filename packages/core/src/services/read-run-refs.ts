import type { RunRef } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** What became of every ref of a run, in the order in which they were planned. */
export async function readRunRefs(session: StorageSession, runId: number): Promise<RunRef[]> {
  const rows = await session.collection('run_refs').find({ where: { run_id: runId } })
  return rows.map(({ id: _, run_id: __, version: ___, ...ref }) => ref)
}
