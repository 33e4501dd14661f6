import { Ancestry } from './ancestry.ts'
import type { ObjectFormat } from './commit-graph.ts'

/** The histories that scenarios play in; a scenario names one by its place. */
export const histories: readonly { readonly ancestry: Ancestry; readonly objectFormat: ObjectFormat }[] =
  Array.from({ length: 14 }, (_, index) => ({
    ancestry: new Ancestry(index + 1),
    objectFormat: index < 12 ? 'sha1' : 'sha256',
  }))
