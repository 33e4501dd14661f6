const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

interface LeftOver {
  readonly name: RegExp
  readonly staleMs: number
}

/**
 * What a killed git leaves in a git directory, and from which age on nobody can be at work behind it: git holds each for
 * far less. The ages are those of Sourcegraph’s gitserver (`cleanup.go`: config 1 min, refs and graph 1 h, `gc.pid` 24 h);
 * a temporary pack grows for as long as a fetch takes, hence a day.
 */
const leftOvers: readonly LeftOver[] = [
  { name: /^config\.lock$/, staleMs: minute },
  { name: /^(?:HEAD|packed-refs|shallow)\.lock$/, staleMs: hour },
  { name: /^packed-refs\.new$/, staleMs: hour },
  { name: /^refs\/.+\.lock$/, staleMs: hour },
  { name: /^objects\/(?:maintenance|info\/.+|pack\/multi-pack-index)\.lock$/, staleMs: hour },
  { name: /^gc\.(?:pid|pid\.lock|log\.lock)$/, staleMs: day },
  { name: /^objects\/info\/commit-graphs\/tmp_graph_[^/]+$/, staleMs: day },
  { name: /^objects\/pack\/(?:tmp_[^/]+|\.tmp-[^/]+)$/, staleMs: day },
  { name: /^objects\/(?:[0-9a-f]{2}\/tmp_obj_[^/]+|tmp_objdir-[^/]+)$/, staleMs: day },
]

const leftOver = (name: string): LeftOver | undefined => leftOvers.find((kind) => kind.name.test(name))

/** Whether a path within a git directory is a lock or an unfinished file of a git at work, or killed. */
export const isLockOrUnfinished = (name: string): boolean => leftOver(name) !== undefined

/** Whether a path within a git directory is a lock: what stops another git, unlike an unfinished pack. */
export const isLock = (name: string): boolean => /(?:\.lock|^gc\.pid)$/.test(name) && isLockOrUnfinished(name)

/** Whether what stands at a path within a git directory was left by a git that is no more. `ageMs`: since it was last written. */
export function isStale(name: string, ageMs: number): boolean {
  const kind = leftOver(name)
  return kind !== undefined && ageMs >= kind.staleMs
}
