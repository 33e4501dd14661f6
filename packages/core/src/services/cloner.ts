import type { JobRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { chooseHead } from '../git/choose-head.ts'
import {
  type ClonePlace,
  type DraftIdentity,
  discard,
  discardDraft,
  draftGitDir,
  handOver,
  identityOf,
  refuseReplaced,
  settle,
  standsWhole,
} from '../git/clone-place.ts'
import type { GitCommand, GitProgress, GitRunOptions } from '../git/command.ts'
import { fetch } from '../git/commands/fetch.ts'
import { lsRemoteHead } from '../git/commands/ls-remote-head.ts'
import { packRefs } from '../git/commands/pack-refs.ts'
import { checkoutClone } from '../git/local/checkout-clone.ts'
import { checkClonePath } from '../git/local/clone-path.ts'
import { makeRepository } from '../git/make-repository.ts'
import { checkRemoteUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { placeOf, readCloneInput } from './clone-input.ts'
import type { ServiceContext } from './context.ts'
import { isRecorded } from './is-recorded.ts'
import { type OpenSide, type OpenSideContext, openSide, type Place } from './open-side.ts'
import { longestList } from './side-access.ts'

/** The longest time without a byte from git, in ms. */
const stallTimeoutMs = 300_000

export interface CloneOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: GitProgress) => void
}

type ClonerContext = OpenSideContext &
  Pick<ServiceContext, 'logger' | 'storage'> & {
    readonly settings: RemoteUrlPolicy & { readonly dataDir: string }
  }

/** Clones repositories: initialises, fetches through the one way to remotes, and puts what stands whole into its place. */
export class Cloner {
  readonly #context: ClonerContext

  constructor(context: ClonerContext) {
    this.#context = context
  }

  /**
   * Makes the repository of a job and answers where it stands; one that stands there already, because a crash came
   * before its record, is answered as it is. When this throws, nothing is left of it.
   * @throws what `openSide` throws; URL_FORBIDDEN, PATH_*, BRANCH_NOT_FOUND, CHECKOUT_REFUSED; STORE_FAILED,
   *   DISK_FULL, GIT_*, ABORTED
   */
  async clone(job: JobRow, { signal, onProgress }: CloneOptions): Promise<ClonePlace> {
    const place = placeOf(job, this.#context.settings)
    if (await standsWhole(place)) return place
    try {
      const made = await this.#make(job, place, { signal, onProgress })
      throwIfAborted(signal)
      await this.#checkDraft(place, made)
      await settle(place)
      return place
    } catch (error) {
      await this.sweep(job)
      throw error
    }
  }

  /** Removes what is half made; what stands whole stays, and only misses its record. A failure is logged and no more. */
  async sweep(job: JobRow): Promise<void> {
    await this.#clear(job, async () => discardDraft(placeOf(job, this.#context.settings)))
  }

  /**
   * Removes what a job has made, or has left half made; but not what has a record by now, be it another one than its
   * own. A failure is logged and no more: what is half made is swept at the next start.
   */
  async discard(job: JobRow): Promise<void> {
    await this.#clear(job, async () => {
      const place = placeOf(job, this.#context.settings)
      if (!(await isRecorded(this.#context.storage, place))) return discard(place)
      await discardDraft(place)
      if (await standsWhole(place)) await handOver(place)
    })
  }

  async #clear(job: JobRow, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      this.#context.logger.warn('what was left of a clone could not be removed', { job_id: job.id, error })
    })
  }

  async #make(job: JobRow, place: ClonePlace, { signal, onProgress }: CloneOptions): Promise<DraftIdentity> {
    const { runner, settings } = this.#context
    const { branch: wanted, timeout_ms } = readCloneInput(job)
    const deadlines = { timeoutMs: timeout_ms, stallTimeoutMs, signal }
    if (!place.isHosted) await this.#checkPlace(place)
    const checked = checkRemoteUrl(job.url, settings)
    if ('problem' in checked) throw forbidden(checked.problem)
    const remote = { ...checked, ...keysOf(job) }
    const listing = await this.#run(remote, lsRemoteHead, { ...deadlines, maxOutputBytes: longestList })
    const branch = chooseHead(listing, wanted)

    const make = (objectFormat: 'sha1' | 'sha256') =>
      makeRepository(
        place,
        { objectFormat, branch: branch ?? 'main', originUrl: checked.url },
        { runner, signal },
      )
    const options = { ...deadlines, gitDir: draftGitDir(place), onProgress }
    const [oid] = listing.refs.values()
    await make(oid?.length === 64 ? 'sha256' : 'sha1')
    let made = await identityOf(place)
    if (oid !== undefined) await this.#run(remote, fetchInto(place), options)
    else if (await this.#isSha256(remote, options)) {
      await make('sha256')
      made = await identityOf(place)
    }
    await this.#checkDraft(place, made)
    await runner.run(packRefs(), options)
    if (place.isHosted || branch === null || !listing.refs.has(`refs/heads/${branch}`)) return made
    const defaultBranch = listing.head === null ? null : chooseHead(listing, null)
    await checkoutClone({ path: place.draft, branch, defaultBranch }, { runner, signal })
    return made
  }

  /** Fetching takes hours: meanwhile the folder above may have become a link to elsewhere. */
  async #checkDraft(place: ClonePlace, made: DraftIdentity): Promise<void> {
    if (place.isHosted) return
    await this.#checkPlace(place)
    await refuseReplaced(place, made)
  }

  /** Where the worktree goes may have changed since it was asked for. */
  async #checkPlace({ path }: ClonePlace): Promise<void> {
    if ((await checkClonePath(path, this.#context.settings)) === path) return
    throw new GitferryError(
      'PATH_OUTSIDE_ROOTS',
      `path: ${path} is reached through a symbolic link that was put there since.`,
      { details: { field: 'path' } },
    )
  }

  /** An empty repository tells its object format only to one who asks for an object, which it does not have. */
  async #isSha256(remote: Place, options: GitRunOptions): Promise<boolean> {
    const ask = ({ url, protocol }: OpenSide) =>
      fetch({ url, protocol, refspecs: [{ source: '1'.repeat(40) }] })
    try {
      await this.#run(remote, ask, options)
      return false
    } catch (error) {
      if (!isGitferryError(error, 'GIT_FAILED')) throw error
      return error.message.includes('mismatched algorithms')
    }
  }

  /** Looks at the remote anew each time: what a name leads to changes. */
  async #run<Result>(
    remote: Place,
    command: (open: OpenSide) => GitCommand<Result>,
    options: GitRunOptions,
  ): Promise<Result> {
    await using open = await openSide(remote, this.#context, { signal: options.signal })
    return await open.run(command(open), options)
  }
}

/**
 * What a place takes of the remote. A hosted repository gets the branches and tags as its own, and as a sync leaves
 * those of a remote; a clone with a worktree what git gives one.
 */
const fetchInto =
  ({ isHosted }: ClonePlace) =>
  ({ url, protocol }: OpenSide): GitCommand<void> => ({
    ...fetch({
      url,
      protocol,
      progress: true,
      refspecs: isHosted
        ? ['heads', 'tags'].flatMap((kind) => [
            { source: `refs/${kind}/*`, target: `refs/${kind}/*` },
            { source: `refs/${kind}/*`, target: `refs/remotes/origin/${kind}/*` },
          ])
        : [
            { source: 'refs/heads/*', target: 'refs/remotes/origin/*' },
            { source: 'refs/tags/*', target: 'refs/tags/*' },
          ],
    }),
    // refs are flushed to the disk together, when they are packed
    settings: [['core.fsync', 'objects,derived-metadata']],
  })

function keysOf(job: JobRow): Pick<Place, 'ssh_key_id' | 'credential_id'> {
  const { ssh_key_id, credential_id } = readCloneInput(job)
  return { ssh_key_id, credential_id }
}

const forbidden = (problem: string): GitferryError =>
  new GitferryError('URL_FORBIDDEN', `url: ${problem}.`, { details: { field: 'url' } })
