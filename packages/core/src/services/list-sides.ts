import type { PlanUpdate, ShownHostKey, SyncTaskRow } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import { readHead } from '../git/local/head.ts'
import type { SideRefs } from '../sync/plan-head.ts'
import type { RefSelection } from '../sync/ref-selection.ts'
import type { Steps } from './plan-progress.ts'
import type { Side, TaskSides } from './resolve-sides.ts'
import { describe, isLocal, type ListedKinds, type SideAccess } from './side-access.ts'
import { sideBySide } from './side-by-side.ts'

/** What both sides have, of what was asked for. */
export interface ListedSides {
  readonly source: SideRefs
  readonly target: SideRefs
}

interface ListSidesInput {
  readonly sides: Pick<TaskSides, 'source' | 'target'>
  readonly task: SyncTaskRow
  readonly access: SideAccess
  readonly runner: GitRunner
  /** `null`: the source is not asked. */
  readonly source: ListedKinds | null
  readonly target: ListedKinds
  readonly withHead: boolean
}

const nothing: SideRefs = { refs: new Map(), head: null }

/** What a task needs to know of either side before it plans: in branch mode one ref, unless tags go with it. */
export function kindsOf(task: SyncTaskRow, { heads, tags }: RefSelection, { ref }: Side): ListedKinds {
  const names = task.mode === 'branch' && !task.tags && ref !== null ? [ref] : undefined
  return { heads, tags, names }
}

/** The kinds of refs that these names are of. */
export function kindsOfNames(names: readonly string[]): ListedKinds {
  return {
    heads: names.some((name) => name.startsWith('refs/heads/')),
    tags: names.some((name) => name.startsWith('refs/tags/')),
  }
}

/** Every ref that a plan names at the source, there or not. */
export function sourceNames(
  updates: readonly PlanUpdate[],
  selection: Pick<RefSelection, 'sourceOf'>,
): string[] {
  return updates.flatMap(({ action, source_ref, target_ref }) =>
    action === 'head' ? [] : (source_ref ?? selection.sourceOf(target_ref) ?? []),
  )
}

/** Lists both sides at the same time. @throws what `openSide` throws, GIT_*, ABORTED */
export async function listSides(
  { sides: { source, target }, task, access, runner, withHead, ...kinds }: ListSidesInput,
  { signal, progress }: Steps,
): Promise<ListedSides> {
  progress.phase('listing')
  const named = kinds.source === null ? [target] : [source, target]
  progress.log(`listing ${named.map(describe).join(' and ')}`)
  const onFirstContact = ({ host, port, type, fingerprint }: ShownHostKey) =>
    progress.log(`met ${host} port ${port} for the first time: its host key is ${type} ${fingerprint}`)
  const [atSource, atTarget] = await sideBySide<readonly [Side, ListedKinds | null], SideRefs>(
    [
      [source, kinds.source],
      [target, kinds.target],
    ],
    async ([side, what], options) =>
      what === null ? nothing : access.list(side, what, task, { ...options, withHead, onFirstContact }),
    { signal },
  )
  if (!withHead || !isLocal(target)) return { source: atSource, target: atTarget }
  // a listing does not tell of a HEAD whose branch is still to come
  const { ref: head } = await readHead(target.repo.git_dir, { runner, signal })
  return { source: atSource, target: { ...atTarget, head } }
}
