import { z } from 'zod'
import { id } from './id.ts'

/** What uses a key or a credential: a repository for all of its remotes, one of its remotes, or a clone under way. */
export const usedBy = z
  .discriminatedUnion('object_type', [
    z.object({
      object_type: z.enum(['repo', 'remote']),
      repo_id: id,
      name: z.string().describe('The repository’s name; for a remote: repository/remote'),
    }),
    z.object({
      object_type: z.literal('job'),
      job_id: id,
      name: z.string().describe('Of the repository that is being cloned'),
    }),
  ])
  .meta({ id: 'UsedBy' })

export type UsedBy = z.output<typeof usedBy>
