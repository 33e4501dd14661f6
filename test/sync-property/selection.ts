import type { Scenario } from './scenario.ts'

type Task = Pick<Scenario['task'], 'mode' | 'source_branch' | 'target_branch' | 'refs' | 'exclude' | 'tags'>

const upstream = 'refs/heads/*:refs/heads/upstream/*'

/** One of the few globs that scenarios use: a name, or a beginning and `*`. */
const matches = (glob: string, name: string) =>
  glob.endsWith('*') ? name.startsWith(glob.slice(0, -1)) : name === glob

/** What a ref of the source is called at the target; `null`: the task has nothing to do with it. */
export function targetName({ mode, source_branch, target_branch, refs, exclude, tags }: Task, name: string) {
  if (name.startsWith('refs/tags/')) return tags ? name : null
  if (mode === 'branch') return name === `refs/heads/${source_branch}` ? `refs/heads/${target_branch}` : null
  if (exclude.some((glob) => matches(glob, name))) return null
  if (refs.includes(upstream)) return name.replace('refs/heads/', 'refs/heads/upstream/')
  return refs.length === 0 || refs.some((glob) => matches(glob, name)) ? name : null
}

/** What a ref of the target is, or would be, called at the source; `null`: the task has nothing to do with it. */
export function sourceName(task: Task, name: string) {
  const isRenamed = task.refs.includes(upstream) && name.startsWith('refs/heads/')
  const candidates =
    task.mode === 'branch' && name.startsWith('refs/heads/')
      ? [`refs/heads/${task.source_branch}`]
      : [isRenamed ? name.replace('refs/heads/upstream/', 'refs/heads/') : name]
  return candidates.find((candidate) => targetName(task, candidate) === name) ?? null
}

/** Whether git has no room for both names. */
export const clash = (one: string, other: string) =>
  one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
