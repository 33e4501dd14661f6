import { z } from 'zod'
import { optional, shortId, text } from '../fields.ts'
import { operation } from '../operation.ts'
import { toCommitRepoV2 } from '../shapes/commit-v2.ts'

const ofRepository = z.object({ repository_id: shortId })

export const tagOperations = {
  /** The vendor’s name for it: ShowBranchesByTwoRepositoryId. It knows no pages. */
  ListTags: operation({
    method: 'GET',
    paths: ['/v2/repositories/{repository_id}/tags'],
    path: ofRepository,
    fields: { id: 'repository_id' },
    async answer({ gitferry, path: { repository_id }, signal }) {
      const branches = await gitferry.branches.list(repository_id, {}, { signal })
      const taken = new Set(branches.items.map(({ name }) => name))
      const tags = await Array.fromAsync(gitferry.tags.all(repository_id, { signal }), ({ name }) => ({
        name,
        is_double_name: taken.has(name),
      }))
      return { total: tags.length, tags }
    },
  }),

  AddTagV2: operation({
    method: 'POST',
    paths: ['/v2/repositories/{repository_id}/tags'],
    path: ofRepository,
    body: z.object({
      tag_name: text(1, 260),
      ref: text(1, 2_000),
      message: optional(z.string({ error: 'must be text' })),
    }),
    changes: 'tags.create',
    fields: { id: 'repository_id', name: 'tag_name' },
    async answer({ body: { message, ref, tag_name: name }, gitferry, path: { repository_id } }) {
      // what is no commit could be tagged, and not be answered
      const oid = await gitferry.lookUp.commitOid(repository_id, ref)
      await gitferry.tags.create(repository_id, { name, ref: oid, message: message || null })
      const [commit] = await gitferry.lookUp.commits(repository_id, [oid])
      return { name, message: message || null, commit: commit ? toCommitRepoV2(commit) : null }
    },
  }),
}
