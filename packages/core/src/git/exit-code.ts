import { constants } from 'node:os'
import type { ProcessExit } from './process-starter.ts'

/** As a shell has it: 128 and the number of the signal for a process that was ended by one. */
export const exitCodeOf = ({ code, signal }: ProcessExit): number =>
  code ?? 128 + (signal ? constants.signals[signal] : 0)
