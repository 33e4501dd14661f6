import { join } from 'node:path'
import { type CallOptions, localRemote, type RepoRow } from '../contract/index.ts'
import { problemWithRefName } from '../contract/ref.ts'
import { GitferryError } from '../errors/index.ts'
import { chooseHead } from '../git/choose-head.ts'
import { type ClonePlace, draftGitDir } from '../git/clone-place.ts'
import type { GitCommand } from '../git/command.ts'
import { fetch } from '../git/commands/fetch.ts'
import { lsRemoteHead, type RemoteRefs } from '../git/commands/ls-remote-head.ts'
import { packRefs } from '../git/commands/pack-refs.ts'
import { defaultBranch } from '../git/local/default-branch.ts'
import { readSmallFile } from '../git/local/small-file.ts'
import { makeRepository } from '../git/make-repository.ts'
import { fileUrl } from '../git/remote-url.ts'
import type { ServiceContext } from './context.ts'
import { copyLfs } from './copy-lfs.ts'
import { type OpenSide, openSide } from './open-side.ts'
import { longestList } from './side-access.ts'

/** An hour for all of it, and five minutes without a byte from git. In ms. */
const deadlines = { timeoutMs: 3_600_000, stallTimeoutMs: 300_000 } as const

/**
 * Copies the branches and tags of a repository, hosted or registered, with all that they reach, LFS objects too, into the
 * draft of a new one; HEAD names the same main branch there. Whatever else the original holds (what it knows of remotes, what gitferry
 * keeps in it) stays behind, and nothing is shared on disk.
 * @throws UNSUPPORTED for a shallow clone; NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS, LFS_FAILED, STORE_FAILED, DISK_FULL, GIT_*, ABORTED
 */
export async function copyRepository(
  source: RepoRow,
  place: ClonePlace,
  context: ServiceContext,
  { signal }: CallOptions,
): Promise<void> {
  const { runner } = context
  const side = {
    repo: source,
    remote: localRemote,
    ref: null,
    url: fileUrl(source.common_dir),
    protocol: 'file',
    ssh_key_id: null,
    credential_id: null,
  } as const
  await using open = await openSide(side, context, { signal })
  await refuseShallow(source)
  const { url, protocol } = open
  const listed = await open.run(lsRemoteHead({ url, protocol }), {
    ...deadlines,
    maxOutputBytes: longestList,
    signal,
  })
  const branch = headOf(listed, await defaultBranch(source, { runner, signal }))
  await makeRepository(place, { objectFormat: source.object_format, branch }, { runner, signal })
  const options = { ...deadlines, gitDir: draftGitDir(place), signal }
  await open.run(fetchAll(open), options)
  await runner.run(packRefs(), options)
  await copyLfs(source, { gitDir: options.gitDir, tips: [...listed.refs].flatMap(tipOf) }, runner, options)
}

/** git would leave out every ref whose history is cut off, and say nothing of it. */
async function refuseShallow({ common_dir, name }: RepoRow): Promise<void> {
  const cutOff = (await readSmallFile(join(common_dir, 'shallow'))) ?? ''
  if (cutOff.trim() === '') return
  throw new GitferryError(
    'UNSUPPORTED',
    `id: the repository "${name}" is a shallow clone and does not hold its whole history; run "git fetch --unshallow" there first.`,
    { details: { field: 'id' } },
  )
}

/** The main branch where it is there, else what a clone would take; of an empty repository the one that is to come. */
function headOf(listed: RemoteRefs, main: string | null): string {
  if (main !== null && listed.refs.has(`refs/heads/${main}`)) return main
  const found = chooseHead(listed, null)
  if (found !== null) return found
  return main !== null && problemWithRefName(main) === undefined ? main : 'main'
}

const tipOf = ([name, oid]: [string, string]): string[] => (/^refs\/(?:heads|tags)\//.test(name) ? [oid] : [])

const fetchAll = ({ url, protocol }: OpenSide): GitCommand<void> => ({
  ...fetch({
    url,
    protocol,
    refspecs: ['refs/heads/*', 'refs/tags/*'].map((refs) => ({ source: refs, target: refs })),
    // what it prints tells that it is not stalled
    progress: true,
  }),
  // refs are flushed to the disk together, when they are packed
  settings: [['core.fsync', 'objects,derived-metadata']],
})
