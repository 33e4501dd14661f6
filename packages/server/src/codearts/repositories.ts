import { GitferryError } from '@gitferry/core/errors'
import type { ServedGitferry } from '../served.ts'
import { uuidOf } from './shapes/identifiers.ts'

/** The id of the repository of this UUID. @throws REPO_NOT_FOUND */
export async function repoByUuid(gitferry: ServedGitferry, plain: string): Promise<number> {
  const uuid = uuidOf(plain)
  if (uuid !== undefined) return gitferry.lookUp.repo({ uuid })
  throw new GitferryError('REPO_NOT_FOUND', 'There is no such repository.')
}

/** The id of the project of this UUID. @throws PROJECT_NOT_FOUND */
export async function projectByUuid(gitferry: ServedGitferry, plain: string): Promise<number> {
  const uuid = uuidOf(plain)
  if (uuid !== undefined) return gitferry.lookUp.project({ uuid })
  throw new GitferryError('PROJECT_NOT_FOUND', 'There is no such project.')
}
