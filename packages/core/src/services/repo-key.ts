/** What runs and plans in the store of a repository exclude each other by. */
export const repoKey = (repoId: number): string => `repo:${repoId}`
