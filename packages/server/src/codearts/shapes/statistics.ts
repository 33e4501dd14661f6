import type { Repo, Stats } from '@gitferry/core/contract'
import type { PublicUrls } from '../public-urls.ts'
import { plainUuid } from './identifiers.ts'
import { longSize } from './size.ts'
import { spacedTime } from './time.ts'

/** `RepositoryStatisticsVO`. Commits and lines are those of the default branch. Pure. */
export const toStatistics = (repo: Pick<Repo, 'name' | 'uuid'>, stats: Stats, urls: PublicUrls) => ({
  repoName: repo.name,
  commitCount: stats.commits,
  repoSize: longSize(stats.size_bytes),
  lastCommitTime: spacedTime(stats.last_commit_at),
  codeLines: stats.code_lines,
  branchCount: stats.branches,
  archiveUrl: urls.archive(plainUuid(repo.uuid), stats.default_branch ?? 'HEAD'),
})
