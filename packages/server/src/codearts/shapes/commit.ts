import type { Commit } from '@gitferry/core/contract'
import { spacedTime } from './time.ts'

/** `Commit` of v1. `format` is filled by no operation that is served. Pure. */
export const toCommit = (commit: Commit) => ({
  id: commit.oid,
  message: commit.message,
  parent_ids: commit.parents,
  author_name: commit.author_name,
  author_email: commit.author_email,
  authored_date: spacedTime(commit.authored_at),
  committed_date: spacedTime(commit.committed_at),
  committer_name: commit.committer_name,
  committer_email: commit.committer_email,
  format: null,
})
