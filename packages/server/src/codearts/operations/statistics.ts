import { z } from 'zod'
import { shortId, text, uuid } from '../fields.ts'
import { operation } from '../operation.ts'
import { repoByUuid } from '../repositories.ts'
import { toCommitStatistics } from '../shapes/contributions.ts'
import { toStatistics } from '../shapes/statistics.ts'

/** How far back lines are told day by day. */
const shownDays = 15

/** What a stream of bytes is called: the vendor’s Node client reads `application/zip` and octet streams as one. */
const archiveTypes = {
  zip: 'application/zip',
  'tar.gz': 'application/octet-stream',
  tar: 'application/octet-stream',
}

/** In a header: what no file should be called, and what would end the header, is left out. */
const fileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')

export const statisticsOperations = {
  ShowStatisticalData: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/statistic-data'],
    path: z.object({ repository_uuid: uuid }),
    async answer({ gitferry, path: { repository_uuid }, signal, urls }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const stats = await gitferry.stats.get(id, { signal })
      return toStatistics(await gitferry.repos.get(id, { signal }), stats, urls)
    },
  }),

  ListCommitStatistics: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_id}/statistics'],
    path: z.object({ repository_id: shortId }),
    query: z.object({ branch_name: text(1, 2_000) }),
    fields: { id: 'repository_id', branch: 'branch_name' },
    async answer({ gitferry, path: { repository_id: repoId }, query: { branch_name: branch }, signal }) {
      const at = Date.now()
      const since = at - shownDays * 24 * 60 * 60 * 1_000
      const counts = await gitferry.lookUp.contributions(repoId, { branch, since }, { signal })
      return toCommitStatistics(counts, { repoId, branch, at })
    },
  }),

  /** Elsewhere it starts a count; here a count is made when it is asked for, so there is nothing to start. */
  ShowRepositoryStatistics: operation({
    method: 'POST',
    paths: ['/v1/repositories/{repository_id}/statistics'],
    path: z.object({ repository_id: shortId }),
    body: z.object({ branch_name: text(1, 2_000) }),
    fields: { id: 'repository_id', ref: 'branch_name' },
    async answer({ body: { branch_name }, gitferry, path: { repository_id }, signal }) {
      await gitferry.content.commits(repository_id, { ref: branch_name, page_size: 1 }, { signal })
      const join_id = String(repository_id).padStart(24, '0')
      return { can_statistics: true, join_id, message: 'operation success' }
    },
  }),

  ShowRepositoryArchive: operation({
    method: 'GET',
    paths: ['/v2/repositories/{repository_uuid}/archive'],
    path: z.object({ repository_uuid: uuid }),
    query: z.object({
      sha: text(1, 2_000),
      format: z.enum(['zip', 'tar.gz', 'tar'], { error: 'must be zip, tar.gz or tar' }),
    }),
    fields: { ref: 'sha' },
    async answer({ gitferry, path: { repository_uuid }, query: { format, sha }, signal }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const { name } = await gitferry.repos.get(id, { signal })
      const bytes = await gitferry.content.archive(id, { ref: sha, format }, { signal })
      const file = encodeURIComponent(`${fileName(name)}-${fileName(sha)}.${format}`)
      return new Response(bytes, {
        headers: {
          'Content-Type': archiveTypes[format],
          // RFC 6266
          'Content-Disposition': `attachment; filename*=UTF-8''${file}`,
        },
      })
    },
  }),
}
