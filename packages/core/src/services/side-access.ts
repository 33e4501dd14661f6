import { localRemote, type ShownHostKey, type SyncTaskRow } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { GitProgress, GitRunOptions } from '../git/command.ts'
import { fetch } from '../git/commands/fetch.ts'
import { forEachRef } from '../git/commands/for-each-ref.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import { lsRemoteHead } from '../git/commands/ls-remote-head.ts'
import { updateRefs } from '../git/commands/update-ref.ts'
import { fetchRefspecs } from '../git/fetch-refspecs.ts'
import { refsInTheWay } from '../git/refs-in-the-way.ts'
import type { Store } from '../git/store.ts'
import type { SideRefs } from '../sync/plan-head.ts'
import { deadlines } from './deadlines.ts'
import { type OpenSideContext, openSide } from './open-side.ts'
import type { Steps } from './plan-progress.ts'
import type { Side } from './resolve-sides.ts'

/** Room for half a million refs, in bytes. */
export const longestList = 64 * 1024 * 1024

/** Which refs of a side are listed. */
export interface ListedKinds {
  readonly heads: boolean
  readonly tags: boolean
  /** Only these full names. */
  readonly names?: readonly string[] | undefined
}

export interface ListOptions {
  readonly signal?: AbortSignal | undefined
  readonly withHead?: boolean
  /** Told of a server over ssh that was not known before, and is from now on. */
  readonly onFirstContact?: (hostKey: ShownHostKey) => void
}

/** Reads the sides of a task: lists their refs, and fetches from them into the store. */
export class SideAccess {
  readonly #context: OpenSideContext

  constructor(context: OpenSideContext) {
    this.#context = context
  }

  /**
   * The refs of a side, filtered by the server to branches and tags as far as the task covers them; `names`: only
   * these. One question, also where HEAD is wanted; then every ref travels.
   * @throws what `openSide` throws, GIT_*, ABORTED
   */
  async list(
    side: Side,
    { heads, tags, names }: ListedKinds,
    task: SyncTaskRow,
    { signal, withHead = false, onFirstContact }: ListOptions = {},
  ): Promise<SideRefs> {
    await using open = await openSide(side, this.#context, { signal })
    const { url, protocol } = open
    const options = { ...deadlines(task), maxOutputBytes: longestList, signal }
    const input = names === undefined ? { url, protocol, heads, tags } : { url, protocol, refs: names }
    const listed = withHead
      ? await open.run(lsRemoteHead(input), options)
      : { refs: await open.run(lsRemote(input), options), head: null }
    if (open.isFirstContact && open.hostKey !== null) onFirstContact?.(open.hostKey)
    return listed
  }

  /**
   * Fetches refs of a side into the store, under the remote's own name. `present`: every branch and tag that the side
   * was seen to have.
   * @throws what `openSide` throws, GIT_*, ABORTED
   */
  async fetch(
    store: Store,
    side: Side,
    { refs, present }: { readonly refs: readonly string[]; readonly present: Iterable<string> },
    task: SyncTaskRow,
    { signal, progress }: Steps,
  ): Promise<void> {
    if (refs.length === 0) return
    const wanted = refs.map((ref) => ({ source: ref, target: store.trackingRef(side.remote, ref) }))
    const options = { ...deadlines(task), gitDir: store.path, signal }
    // looked at anew: a store may have been made since, or another fetch
    await using open = await openSide(side, this.#context, { signal })
    const { url, protocol } = open
    const command = {
      ...fetch({ url, protocol, refspecs: fetchRefspecs(wanted, { present }), progress: true }),
      settings: isReplaceable(store, side) ? unflushedRefs : [],
    }
    const onProgress = (step: GitProgress) => progress.phase('fetching', step)
    const run = () => open.run(command, { ...options, onProgress })
    try {
      await run()
    } catch (error) {
      if (!isGitferryError(error, 'GIT_FAILED') || error.details.reason !== 'ref_clash') throw error
      await this.#makeRoom(
        wanted.map(({ target }) => target),
        options,
      )
      await run()
    }
  }

  /**
   * Deletes the tracking refs that stand in the way of others: where `a` was, `a/b` cannot be made, and the other way
   * round. They follow remotes that have changed; their commits stay in the store.
   */
  async #makeRoom(wanted: readonly string[], options: GitRunOptions): Promise<void> {
    const { runner } = this.#context
    const existing = await runner.run(forEachRef(['refs/remotes']), options)
    const inTheWay = refsInTheWay(wanted, [...existing.keys()])
    if (inTheWay.length === 0) return
    const deletions = inTheWay.map((ref) => ({ ref, oid: null, expected: existing.get(ref) ?? null }))
    await runner.run(updateRefs(deletions), options)
  }
}

/** Objects are flushed to the disk all the same; the refs when they are packed. */
const unflushedRefs = [['core.fsync', 'objects,derived-metadata']] as const

/**
 * Whether a store is no more than a copy. Flushing a thousand refs one by one takes longer than fetching them, and what
 * a power cut makes of one that was not, an empty file, is damage that a run finds and heals by a new store. A hosted
 * repository cannot be made anew.
 */
const isReplaceable = (store: Store, { repo }: Side): boolean => repo.uuid === store.uuid && !repo.is_hosted

/** A side as a person names it: `origin/feature/x`; of a mirror only the remote. */
export function describe({ remote, ref }: Side): string {
  return ref === null ? remote : `${remote}/${ref.replace(/^refs\/heads\//, '')}`
}

/** Whether a side is the registered repository itself. */
export const isLocal = ({ remote }: Side): boolean => remote === localRemote
