import type { KeptRefRow, RunRef, RunRow } from '../contract/index.ts'

/**
 * What the target took of a run: what became of every ref in each of its tries; or `nothing`, because the target was not
 * touched.
 */
export type Landed = readonly RunRef[] | 'nothing'

/** What becomes of a planned value: it stays, with what the run made of the ref; or nobody needs it. */
export type SettledKeptRef =
  | { readonly stays: true; readonly became_oid: string | null }
  | { readonly stays: false }

/** Whether it is not known what came of a ref: the push was cut off before the target said so. */
const isUnheard = ({ outcome, failure_class }: RunRef) => outcome === 'failed' && failure_class === 'network'

/**
 * What the end of a run makes of one value that it had planned to take away. It goes only when every try that was about
 * to take it away is known not to have landed: in doubt it may be the last copy of somebody's history.
 */
export function settledKeptRef(
  row: KeptRefRow,
  run: Pick<RunRow, 'attempt' | 'started_at'>,
  landed: Landed,
): SettledKeptRef {
  const inDoubt = { stays: true, became_oid: row.became_oid } as const
  const tries =
    landed === 'nothing' ? [] : landed.filter((ref) => ref.target_ref === row.ref && ref.old_oid === row.oid)
  const took = tries.find(({ outcome }) => outcome === 'updated')
  if (took !== undefined) return { stays: true, became_oid: took.new_oid }
  if (tries.length > 0) return tries.some(isUnheard) ? inDoubt : { stays: false }
  return landed === 'nothing' && !isFromEarlierAttempt(row, run) ? { stays: false } : inDoubt
}

function isFromEarlierAttempt(
  row: KeptRefRow,
  { attempt, started_at }: Pick<RunRow, 'attempt' | 'started_at'>,
) {
  return attempt > 1 && (started_at === null || row.kept_at <= started_at)
}
