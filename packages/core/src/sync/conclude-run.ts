import type { FailureClass, RunRef, RunStatus } from '../contract/index.ts'
import type { ErrorCode } from '../errors/index.ts'

export interface Conclusion {
  readonly status: Extract<RunStatus, 'success' | 'conflict' | 'failed' | 'partial'>
  readonly commit_range: string
  readonly refs_total: number
  readonly refs_changed: number
  readonly refs_failed: number
  readonly error_code: ErrorCode | null
  readonly error_message: string | null
  readonly failure_class: FailureClass | null
}

const fine = new Set<RunRef['outcome']>(['updated', 'in_step', 'skipped'])
/** Of more refs a range would be a page of oids; each ref’s own is in the run’s refs. */
const rangesAtMost = 20

/** `old..new`, the bare new oid for a new branch, the old oid and two dots for a deleted one. */
export function commitRange(ref: Pick<RunRef, 'old_oid' | 'new_oid'>): string {
  if (ref.old_oid === null) return ref.new_oid ?? ''
  return `${ref.old_oid}..${ref.new_oid ?? ''}`
}

/**
 * What a run came to, from what became of its refs. No refs: both sides were in step, a success. `partial`: some
 * refs landed and some did not. `conflict`: nothing landed, and nothing but a person’s decision is missing, about what
 * diverged or what is held. `total` counts the refs that the task covers, in step or not.
 *
 * The error is that of one ref: a protected one, else one that was refused, else a failed one, else one in conflict, else
 * a held one.
 */
export function concludeRun(refs: readonly RunRef[], total: number): Conclusion {
  const changed = refs.filter((ref) => ref.outcome === 'updated')
  const bad = refs.filter((ref) => !fine.has(ref.outcome))
  const failures = bad.filter((ref) => ref.outcome !== 'conflict' && ref.outcome !== 'held')
  // an atomic push fails for every ref because of one, which says why
  const failed =
    failures.find((ref) => ref.outcome === 'protected') ??
    failures.find((ref) => ref.outcome !== 'failed') ??
    failures[0]
  const first = failed ?? bad.find((ref) => ref.outcome === 'conflict') ?? bad[0]
  const status =
    first === undefined ? 'success' : changed.length > 0 ? 'partial' : failed ? 'failed' : 'conflict'
  return {
    status,
    commit_range: changed.length === 1 ? commitRange(changed[0]!) : namedRanges(changed),
    refs_total: total,
    refs_changed: changed.length,
    refs_failed: bad.length,
    error_code: first === undefined ? null : errorCodeOf(first),
    error_message: first === undefined ? null : `${first.target_ref}: ${first.reason}`,
    failure_class: first === undefined ? null : failureClassOf(first),
  }
}

function errorCodeOf({ outcome }: RunRef): ErrorCode {
  if (outcome === 'conflict') return 'SYNC_CONFLICT'
  if (outcome === 'protected') return 'REF_PROTECTED'
  return outcome === 'held' ? 'APPROVAL_REQUIRED' : 'GIT_REJECTED'
}

function failureClassOf({ outcome, failure_class }: RunRef): FailureClass | null {
  return outcome === 'conflict' || outcome === 'held' ? 'policy' : failure_class
}

function namedRanges(changed: readonly RunRef[]): string {
  const ranges = changed.slice(0, rangesAtMost).map((ref) => `${ref.target_ref}: ${commitRange(ref)}`)
  const more = changed.length - ranges.length
  return [...ranges, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
