import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError, isGitferryError } from '../../errors/index.ts'
import { throwIfAborted } from '../../runtime/abort.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { type ChangedLines, changedLines } from '../commands/changed-lines.ts'
import { commitTree, type Signature } from '../commands/commit-tree.ts'
import { lastCommit } from '../commands/last-commit.ts'
import { treeFiles } from '../commands/tree-files.ts'
import { updateRefs } from '../commands/update-ref.ts'
import { setHead } from '../local/commands/symbolic-ref.ts'
import { readHead } from '../local/head.ts'
import { withoutHooks } from '../local/hooks-off.ts'
import { checkBranchPath, checkStructure } from '../local/structure.ts'
import type { GitSetting } from '../settings.ts'
import { applyActions, concernedBy, type FileAction, type FileChanges } from './apply-actions.ts'
import { type CommitBase, type CommitPlace, findCommitBase } from './commit-base.ts'
import type { FileEntry } from './file-tree.ts'
import { storeTree } from './store-tree.ts'
import { checkWrittenPath } from './written-path.ts'

/** An action, and what its file must not have become since the caller looked. */
export interface CommitStep extends FileAction {
  /** The commit that changed the file last, as far as the caller knows; `null`: whichever. Of a `create` not asked. */
  readonly last_commit_oid: string | null
}

export interface NewBranchCommit extends CommitPlace {
  readonly actions: readonly CommitStep[]
  /** Ends with a line feed. */
  readonly message: string
  readonly author: Signature
  readonly committer: Signature
}

/** What a commit does to its branch. */
export interface BranchMove {
  /** Full name. */
  readonly ref: string
  /** What it is now; `null`: it is not there. */
  readonly old: string | null
  /** Whether commits of the branch would be left out. */
  readonly isForced: boolean
}

export interface WriteCommitOptions extends Pick<GitRunOptions, 'signal'> {
  readonly repo: Pick<RepoRow, 'git_dir' | 'common_dir' | 'is_bare' | 'object_format'>
  readonly runner: GitRunner
  /** Folders out of which nothing of the repository may lead; `null`: anywhere. */
  readonly repoRoots: readonly string[] | null
  /** gitferry’s own, for the index file. */
  readonly dataDir: string
  /** Throws what keeps the caller from moving the branch so. */
  readonly authorize: (move: BranchMove) => void
  /** Whether HEAD may leave the branch that it names, which is not there. Full name. If not it stays. */
  readonly mayLeave: (head: string) => boolean
  /** Called before the first effect in git. */
  readonly onBegin: () => Promise<void>
}

export interface WrittenCommit extends ChangedLines {
  readonly oid: string
  readonly parents: readonly string[]
  /** Whether HEAD names the branch. */
  readonly isCurrent: boolean
  /** Whether it does since now: it named a branch that was not there. */
  readonly movedHead: boolean
}

/** The longest list of files that is read, of about a million. Read whole, so that a tree that unfolds without end is cut. */
const longestListing = 128 * 1024 * 1024

/**
 * Makes a commit on a branch from actions, without a worktree: blobs, an index of our own in a temporary folder, trees and
 * the commit, and then the branch, if it is what it was at the beginning. What is refused, or fails, leaves at most
 * objects that nothing names. Actions that change nothing make a commit that changes nothing, as GitLab’s do.
 * @throws BRANCH_NOT_FOUND, BRANCH_EXISTS, BRANCH_CHECKED_OUT, PATH_INVALID, PATH_EXISTS, PATH_NOT_FOUND, INVALID_INPUT,
 *   CONTENT_CHANGED, CONFLICT when the branch moved meanwhile, what `authorize` throws, UNSUPPORTED when the repository
 *   has too many files, NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS, DISK_FULL, GIT_*, ABORTED
 */
export async function writeCommit(
  input: NewBranchCommit,
  options: WriteCommitOptions,
): Promise<WrittenCommit> {
  const { repo, runner, signal } = options
  checkPaths(input.actions)
  await checkStructure(repo, options.repoRoots)
  const place = { runner, commonDir: repo.common_dir, signal }
  const base = await findCommitBase(input, place)
  const ref = `refs/heads/${input.branch}`
  options.authorize({ ref, old: base.tip, isForced: base.isForced })
  const run = { gitDir: repo.common_dir, signal }
  const changes = applyActions(await concernedFiles(base.parent, input.actions, runner, run), input.actions)
  await refuseChanged(base.parent, input.actions, runner, run)
  await checkBranchPath(repo.common_dir, input.branch)
  const settings = await withoutHooks(repo.common_dir, runner)
  await options.onBegin()
  const commit = await storeCommit(input, base, changes, options, settings)
  const head = await nameInHead(input.branch, base, options, settings)
  throwIfAborted(signal)
  // once begun it takes milliseconds and is not interrupted
  await moveBranch({ ref, oid: commit.oid, expected: base.tip }, runner, { gitDir: run.gitDir }, settings)
  return { ...commit, ...head }
}

function checkPaths(actions: readonly CommitStep[]): void {
  for (const [index, { action, path, previous_path }] of actions.entries()) {
    const isNew = action === 'create' || action === 'move'
    checkWrittenPath(path, `actions.${index}.path`, { isNew })
    if (action !== 'move' || previous_path === null) continue
    checkWrittenPath(previous_path, `actions.${index}.previous_path`, { isNew: false })
  }
}

async function concernedFiles(
  parent: string | null,
  actions: readonly CommitStep[],
  runner: GitRunner,
  run: GitRunOptions,
): Promise<(readonly [string, FileEntry])[]> {
  if (parent === null) return []
  try {
    const files = await runner.run(treeFiles(parent, concernedBy(actions)), {
      ...run,
      maxOutputBytes: longestListing,
    })
    return files.map(({ path, mode, oid }) => [path, { mode, blob: oid }] as const)
  } catch (error) {
    if (!isGitferryError(error, 'GIT_OUTPUT_TOO_LARGE')) throw error
    throw new GitferryError(
      'UNSUPPORTED',
      'The branch has too many files (a million or so) for a commit to be made here; push it instead.',
      { details: { reason: 'too_many_files' }, cause: error },
    )
  }
}

/** @throws CONTENT_CHANGED when a file was changed last by another commit than the caller knows of */
async function refuseChanged(
  parent: string | null,
  actions: readonly CommitStep[],
  runner: GitRunner,
  run: GitRunOptions,
): Promise<void> {
  for (const [index, { action, path, previous_path, last_commit_oid }] of actions.entries()) {
    if (action === 'create' || last_commit_oid === null) continue
    const file = previous_path ?? path
    const last = parent === null ? null : await runner.run(lastCommit(parent, file), run)
    if (last === last_commit_oid) continue
    const field = `actions.${index}.last_commit_oid`
    throw new GitferryError(
      'CONTENT_CHANGED',
      `${field}: ${JSON.stringify(file)} was changed last by ${last ?? 'no commit'}. Read it again, then send your change to it.`,
      { details: { field, last_commit_oid: last } },
    )
  }
}

async function storeCommit(
  { message, author, committer }: NewBranchCommit,
  { parent }: CommitBase,
  changes: FileChanges,
  { dataDir, repo, runner, signal }: WriteCommitOptions,
  settings: readonly GitSetting[],
): Promise<Omit<WrittenCommit, 'isCurrent' | 'movedHead'>> {
  const run = { gitDir: repo.common_dir, signal }
  const place = { runner, dataDir, objectFormat: repo.object_format, settings }
  const tree = await storeTree(parent, changes, { ...place, ...run })
  const parents = parent === null ? [] : [parent]
  const oid = await runner.run(commitTree({ tree, parents, author, committer, message }), run)
  return { oid, parents, ...(await runner.run(changedLines(oid), run)) }
}

/**
 * With the first branch of a bare repository HEAD comes to name it, if it names another one that is not there, and
 * may leave: whoever clones it would get no files. Before the branch is made, so that nothing can fail after that.
 */
async function nameInHead(
  branch: string,
  { parent }: CommitBase,
  { mayLeave, repo, runner, signal }: WriteCommitOptions,
  settings: readonly GitSetting[],
): Promise<Pick<WrittenCommit, 'isCurrent' | 'movedHead'>> {
  const head = await readHead(repo.git_dir, { runner, signal })
  const isCurrent = head.branch === branch
  if (parent !== null || !repo.is_bare || head.branch === null || isCurrent) {
    return { isCurrent, movedHead: false }
  }
  if (!mayLeave(`refs/heads/${head.branch}`)) return { isCurrent, movedHead: false }
  throwIfAborted(signal)
  await runner.run(setHead(branch, settings), { gitDir: repo.git_dir })
  return { isCurrent: true, movedHead: true }
}

async function moveBranch(
  update: { readonly ref: string; readonly oid: string; readonly expected: string | null },
  runner: GitRunner,
  run: GitRunOptions,
  settings: readonly GitSetting[],
): Promise<void> {
  const conflict = (cause?: unknown) =>
    new GitferryError(
      'CONFLICT',
      'branch: it was moved by somebody else meanwhile, and nothing was committed. Look at it, and try again.',
      { details: { field: 'branch' }, cause },
    )
  const result = await runner.run({ ...updateRefs([update]), settings }, run).catch((error: unknown) => {
    const { reason } = isGitferryError(error, 'GIT_FAILED') ? error.details : {}
    // another git is at it, or has made a ref in the way this very moment
    throw reason === 'locked' || reason === 'ref_clash' ? conflict(error) : error
  })
  if (result.outcome === 'stale') throw conflict()
}
