import type { Operation } from '../operation.ts'
import { branchOperations } from './branches.ts'
import { commitOperations } from './commits.ts'
import { fileOperations } from './files.ts'
import { keyOperations } from './keys.ts'
import { memberOperations } from './members.ts'
import { projectOperations } from './projects.ts'
import { protectionOperations } from './protection.ts'
import { repositoryOperations } from './repositories.ts'
import { statisticsOperations } from './statistics.ts'
import { tagOperations } from './tags.ts'

const byName: Readonly<Record<string, Operation>> = {
  ...projectOperations,
  ...repositoryOperations,
  ...memberOperations,
  ...keyOperations,
  ...fileOperations,
  ...branchOperations,
  ...tagOperations,
  ...protectionOperations,
  ...statisticsOperations,
  // last: what no other path is, may be the commits of a repository whose group has several parts
  ...commitOperations,
}

/** Every operation, in the order in which their paths are tried: of two that match, the first answers. */
export const operations: readonly Operation[] = Object.values(byName)
