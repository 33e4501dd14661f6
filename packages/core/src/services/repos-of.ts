/** The repositories that a task, its runs and its plans read and write, as records and events name them. */
export const reposOf = <Target extends number | null>({
  repo_id,
  target_repo_id,
}: {
  readonly repo_id: number
  readonly target_repo_id: Target
}) => ({ repo_id, target_repo_id })

type Repos = Parameters<typeof reposOf<number | null>>[0]

/** Whether two records are of the same repositories. */
export const sameRepos = (one: Repos, other: Repos): boolean =>
  one.repo_id === other.repo_id && one.target_repo_id === other.target_repo_id
