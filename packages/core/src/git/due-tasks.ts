import type { StoreCondition } from './store-condition.ts'

/** One step of looking after a store, by the names of git-maintenance(1) where it has one. */
export type MaintenanceTask = 'pack-refs' | 'loose-objects' | 'incremental-repack' | 'commit-graph' | 'gc'

/** Packs from which on they are rolled up (Sourcegraph’s janitor, and `gc.autoPackLimit`). */
export const packLimit = 50
/** Loose objects from which on they are packed (Sourcegraph’s janitor). */
export const looseObjectLimit = 1024
/**
 * New objects from which on the commit-graph is brought up to date: git-maintenance(1) does at 100 commits, and a commit
 * brings at least itself, a tree and a blob.
 */
export const graphObjectLimit = 300
/** Never collected sooner than this after the last time: what is younger would stay anyway. In ms. */
export const collectEveryMs = 14 * 24 * 60 * 60_000
/** A collection reads every object: it waits until there are twice as many as after the last, so that its cost stays in proportion. */
export const collectGrowth = 2
/** A store with fewer objects than this is not worth collecting (`gc.auto` is 6700). */
export const collectFrom = 6700

/** How many loose refs are too many beside a packed file of that size: the rule of `git pack-refs --auto`. */
export function looseRefLimit(packedRefsBytes: number): number {
  return Math.max(16, 5 * Math.log2(Math.max(1, packedRefsBytes / 100)))
}

/**
 * What a store needs, in the order of doing it. `thorough`: also what takes long. Pure.
 */
export function dueTasks(
  condition: StoreCondition,
  { now, thorough }: { readonly now: number; readonly thorough: boolean },
): MaintenanceTask[] {
  const { collected } = condition
  const due: MaintenanceTask[] = []
  if (condition.looseRefs >= looseRefLimit(condition.packedRefsBytes)) due.push('pack-refs')
  const collects =
    thorough &&
    collected !== undefined &&
    now - collected.at >= collectEveryMs &&
    condition.objects >= Math.max(collectFrom, collectGrowth * collected.objects)
  if (collects) due.push('gc')
  else {
    if (condition.looseObjects >= looseObjectLimit) due.push('loose-objects')
    if (condition.packs >= packLimit) due.push('incremental-repack')
  }
  if (condition.objectsSinceGraph >= graphObjectLimit) due.push('commit-graph')
  return due
}
