import { GitferryError } from '../../errors/index.ts'

/** `NOT_A_REPOSITORY` about `path`: `reason` goes on after it ("… is a folder without a repository"). */
export const notARepository = (path: string, reason: string, cause?: unknown): GitferryError =>
  new GitferryError('NOT_A_REPOSITORY', `${path} ${reason}.`, { details: { field: 'path' }, cause })
