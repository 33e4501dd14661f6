import type { Run, RunRow } from '../contract/index.ts'

/** A stored run as it is shown. */
export function toRun({ priority: _, version: __, ...run }: RunRow): Run {
  return run
}
