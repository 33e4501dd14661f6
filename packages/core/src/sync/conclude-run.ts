import type { RunRef, RunStatus } from '../contract/index.ts'
import type { ErrorCode } from '../errors/index.ts'

export interface Conclusion {
  readonly status: Extract<RunStatus, 'success' | 'conflict' | 'failed' | 'partial'>
  readonly commit_range: string
  readonly refs_total: number
  readonly refs_changed: number
  readonly refs_failed: number
  readonly error_code: ErrorCode | null
  readonly error_message: string | null
}

const fine = new Set<RunRef['outcome']>(['updated', 'in_step', 'skipped'])

/** `old..new`, the bare new oid for a new branch, the old oid and two dots for a deleted one. */
export function commitRange(ref: Pick<RunRef, 'old_oid' | 'new_oid'>): string {
  if (ref.old_oid === null) return ref.new_oid ?? ''
  return `${ref.old_oid}..${ref.new_oid ?? ''}`
}

/**
 * What a run came to, from what became of its refs. No refs: both sides were in step, a success. `partial`: some
 * refs landed and some did not. `total` counts the refs that the task covers, in step or not.
 */
export function concludeRun(refs: readonly RunRef[], total: number): Conclusion {
  const changed = refs.filter((ref) => ref.outcome === 'updated')
  const bad = refs.filter((ref) => !fine.has(ref.outcome))
  const failed = bad.filter((ref) => ref.outcome !== 'conflict')
  const status =
    bad.length === 0 ? 'success' : changed.length > 0 ? 'partial' : failed.length > 0 ? 'failed' : 'conflict'
  const first = failed[0] ?? bad[0]
  return {
    status,
    commit_range: changed.length === 1 ? commitRange(changed[0]!) : changed.map(namedRange).join('; '),
    refs_total: total,
    refs_changed: changed.length,
    refs_failed: bad.length,
    error_code: first === undefined ? null : first.outcome === 'conflict' ? 'SYNC_CONFLICT' : 'GIT_REJECTED',
    error_message: first === undefined ? null : `${first.target_ref}: ${first.reason}`,
  }
}

const namedRange = (ref: RunRef) => `${ref.target_ref}: ${commitRange(ref)}`
