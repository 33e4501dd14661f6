import type { SyncTaskRow } from '../contract/index.ts'
import type { GitRunOptions } from '../git/command.ts'

/** The deadlines of one git command of a task, in ms: in all, and without a byte. */
export function deadlines(task: Pick<SyncTaskRow, 'timeout_ms' | 'stall_timeout_ms'>): GitRunOptions {
  return { timeoutMs: task.timeout_ms, stallTimeoutMs: task.stall_timeout_ms }
}
