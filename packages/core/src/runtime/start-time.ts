import { processStat } from '../git/process-group.ts'
import type { StartTimeOf } from './data-directory.ts'

/** When a process was started, as the lock of the data directory writes it. */
export const startTimeOf: StartTimeOf = (pid) => processStat(pid)?.startTime
