import { z } from 'zod'
import { id } from './id.ts'

/** What uses a key or a credential: a repository for all of its remotes, or one of its remotes. */
export const usedBy = z
  .object({
    object_type: z.enum(['repo', 'remote']),
    repo_id: id,
    name: z.string().describe('The repository’s name; for a remote: repository/remote'),
  })
  .meta({ id: 'UsedBy' })

export type UsedBy = z.output<typeof usedBy>
