import { z } from 'zod'
import { id as idSchema, type RepoRow, type RunRow, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'

/** @throws INVALID_INPUT naming `field` when it is no positive integer */
export function parseId(value: number, field = 'id'): number {
  return parseInput(z.object({ [field]: idSchema }), { [field]: value })[field]!
}

/** @throws INVALID_INPUT, REPO_NOT_FOUND */
export async function findRepo(session: StorageSession, id: number, field = 'id'): Promise<RepoRow> {
  const repo = await session.collection('repos').get(parseId(id, field))
  if (repo) return repo
  throw new GitferryError('REPO_NOT_FOUND', `${field}: there is no repository with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, TASK_NOT_FOUND */
export async function findTask(session: StorageSession, id: number, field = 'id'): Promise<SyncTaskRow> {
  const task = await session.collection('tasks').get(parseId(id, field))
  if (task) return task
  throw new GitferryError('TASK_NOT_FOUND', `${field}: there is no sync task with the id ${id}.`, {
    details: { field, id },
  })
}

/** @throws INVALID_INPUT, RUN_NOT_FOUND */
export async function findRun(session: StorageSession, id: number, field = 'id'): Promise<RunRow> {
  const run = await session.collection('runs').get(parseId(id, field))
  if (run) return run
  throw new GitferryError('RUN_NOT_FOUND', `${field}: there is no run with the id ${id}.`, {
    details: { field, id },
  })
}
