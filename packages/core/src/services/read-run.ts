import type { RunWithRefs } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { findRun } from './find-or-refuse.ts'
import { toRun } from './to-run.ts'

/** A run with what became of each of its refs, in the order in which they were planned. @throws RUN_NOT_FOUND */
export async function readRun(session: StorageSession, id: number): Promise<RunWithRefs> {
  const run = await findRun(session, id)
  const refs = await session.collection('run_refs').find({ where: { run_id: run.id } })
  return { ...toRun(run), refs: refs.map(({ id: _, run_id: __, version: ___, ...ref }) => ref) }
}
