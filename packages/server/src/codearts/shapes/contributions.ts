import type { Contributions } from '@gitferry/core'
import { isoTime } from './time.ts'

/** What a count was made of, and when: gitferry counts while it is asked. */
export interface Counted {
  readonly repoId: number
  readonly branch: string
  /** ms since 1970 */
  readonly at: number
}

/** `RepoCommitStatistics`. A count is no record here: its id is that of the repository. Pure. */
export function toCommitStatistics(counts: Contributions, { at, branch, repoId }: Counted) {
  const time = isoTime(new Date(at).toISOString())
  const about = { branch, created_at: time, id: repoId, project_id: repoId, updated_at: time }
  return {
    all_branch_commits_count: counts.commits_of_branches,
    codelines: counts.days.map(({ additions, date, deletions }) => ({ additions, date, deletions })),
    count: counts.commits,
    event: { ...about, date: time?.slice(0, 10), status: 'finish', user_id: null },
    statistics: counts.authors.map(({ additions, commits, deletions, name }) => ({
      ...about,
      add_lines: additions,
      commit_count: commits,
      delete_lines: deletions,
      user_name: name,
    })),
    total: counts.authors.length,
  }
}
