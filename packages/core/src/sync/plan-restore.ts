import type { KeptRefRow, PlanUpdate } from '../contract/index.ts'

export interface RestorePlan {
  /** One per ref that is to change; none where the target has the kept values already. */
  readonly updates: readonly PlanUpdate[]
  /** Refs that somebody moved since the run; nothing is planned for them unless `overwrite`. */
  readonly moved: readonly string[]
}

/**
 * What puts kept values back. `target`: what it has now, by full name. A ref that is what the run made of it is set back;
 * one that moved on since holds somebody's later work, and is touched only with `overwrite`.
 */
export function planRestore(
  rows: readonly KeptRefRow[],
  target: ReadonlyMap<string, string>,
  { overwrite }: { readonly overwrite: boolean },
): RestorePlan {
  const updates: PlanUpdate[] = []
  const moved: string[] = []
  for (const row of lastOfEach(rows)) {
    const current = target.get(row.ref) ?? null
    if (current === row.oid) continue
    if (current !== row.became_oid && !overwrite) moved.push(row.ref)
    else updates.push(putBack(row, current))
  }
  return { updates, moved }
}

/** A run that was cut short may have taken a ref twice: what it took last is what it left the target without. */
function lastOfEach(rows: readonly KeptRefRow[]): Iterable<KeptRefRow> {
  return new Map(rows.toSorted((a, b) => a.id - b.id).map((row) => [row.ref, row])).values()
}

function putBack({ ref, oid, kept_ref, run_id, became_oid }: KeptRefRow, current: string | null): PlanUpdate {
  const did = became_oid === null ? 'deleted' : 'overwrote'
  const since = current === became_oid ? '' : ', over what the target got since'
  return {
    action: current === null ? 'create' : 'force',
    source_ref: kept_ref,
    target_ref: ref,
    old_oid: current,
    new_oid: oid,
    ahead: null,
    behind: null,
    reason: `puts back what run ${run_id} ${did}${since}`,
  }
}
