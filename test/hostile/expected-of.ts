import type { Vector } from './corpus.ts'
import type { Differences, Expected, Kind } from './kinds.ts'

const byExpect: Readonly<Record<string, Expected>> = {
  accept: 'taken',
  // what git allows in a repository it may be asked for
  handle: 'taken',
  reject: 'refused',
  report_as_symlink: 'refused',
}

/** What must become of a vector where an input is of this kind; `differs` of the place itself counts first. */
export function expectedOf(vector: Vector, kind: Kind, differs: Differences = {}): Expected {
  const { id, field, expect } = vector
  const said = differs[id] ?? differs[field] ?? kind.differs?.[id] ?? kind.differs?.[field]
  const expected = said?.[0] ?? byExpect[expect]
  if (expected === undefined) throw new Error(`${id}: nothing says what becomes of "${expect}" here`)
  return expected
}
