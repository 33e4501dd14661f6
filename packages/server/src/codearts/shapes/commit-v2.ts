import type { Commit } from '@gitferry/core/contract'
import { isoTime } from './time.ts'

/** As long as the vendor’s short ids. */
const shortId = (oid: string): string => oid.slice(0, 8)

const titleOf = (message: string): string => message.split('\n', 1)[0]!

/** `CommitV2`: the commit of a branch in a list of them. Pure. */
export const toBranchCommit = (commit: Commit) => ({
  id: commit.oid,
  short_id: shortId(commit.oid),
  title: titleOf(commit.message),
  message: commit.message,
  committer_name: commit.committer_name,
  committed_date: isoTime(commit.committed_at),
})

/** `CommitRepoV2`, which has no e-mail addresses. Pure. */
export const toCommitRepoV2 = (commit: Commit) => ({
  ...toBranchCommit(commit),
  created_at: isoTime(commit.committed_at),
  parent_ids: commit.parents,
  author_name: commit.author_name,
})

/** `CommitInfo`. Pure. */
export const toCommitInfo = (commit: Commit) => ({
  ...toCommitRepoV2(commit),
  author_email: commit.author_email,
  authored_date: isoTime(commit.authored_at),
  committer_email: commit.committer_email,
})

/** The lines that a commit has added and taken away. Pure. */
export const toCommitStats = (lines: { readonly additions: number; readonly deletions: number }) => ({
  additions: lines.additions,
  deletions: lines.deletions,
  total: lines.additions + lines.deletions,
})
