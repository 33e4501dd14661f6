import type { Job, JobRow } from '../contract/index.ts'

/** A stored job as it is shown. */
export function toJob({ input: _, operator: __, version: ___, ...job }: JobRow): Job {
  return job
}
