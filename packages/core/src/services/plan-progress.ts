import type { RunPhase } from '../contract/index.ts'
import type { GitProgress } from '../git/command.ts'

/** What planning and applying tell while they go on. */
export interface PlanProgress {
  phase(phase: RunPhase, progress?: GitProgress): void
  log(text: string): void
}

/** Tells nobody. */
export const silentProgress: PlanProgress = { phase() {}, log() {} }

/** What every step of a run is given. */
export interface Steps {
  readonly signal?: AbortSignal | undefined
  readonly progress: PlanProgress
}
