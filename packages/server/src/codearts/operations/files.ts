import { z } from 'zod'
import { integerText, maxInteger, optional, shortId, text, uuid } from '../fields.ts'
import { operation } from '../operation.ts'
import { repoByUuid } from '../repositories.ts'
import { toFileContentInfo, toFilesResponseInfo } from '../shapes/file.ts'
import { toLogsTree } from '../shapes/logs-tree.ts'

/** Longer files have no MD5 in a listing: a page of them would be read from end to end. In bytes. */
const digestLimit = 16 * 1024 * 1024

export const fileOperations = {
  ListFiles: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/branch/{+branch_name}/file'],
    path: z.object({ repository_uuid: uuid, branch_name: text(0, 200) }),
    query: z.object({ path: text(0, 200) }),
    fields: { ref: 'branch_name' },
    async answer({ gitferry, path: { branch_name, repository_uuid }, query: { path }, signal }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const blob = await gitferry.content.blob(id, { ref: branch_name, path }, { signal })
      return toFilesResponseInfo(blob, branch_name)
    },
  }),

  ListSubfiles: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_uuid}/branch/{+branch_name}/sub-files'],
    path: z.object({ repository_uuid: uuid, branch_name: text(1, 200) }),
    query: z.object({
      path: optional(text(0, 200)),
      // a page, not a number of entries; 0 is taken for the first
      offset: optional(integerText(0, maxInteger)),
      limit: optional(integerText(1, 100)),
    }),
    fields: { ref: 'branch_name' },
    async answer({ gitferry, path: { branch_name, repository_uuid }, query, signal }) {
      const id = await repoByUuid(gitferry, repository_uuid)
      const { items, total } = await gitferry.content.tree(
        id,
        {
          ref: branch_name,
          ...(query.path && { path: query.path }),
          page: query.offset || 1,
          page_size: query.limit ?? 100,
          last_commits: true,
        },
        { signal },
      )
      const hashed = items.filter(({ size_bytes, type }) => type === 'blob' && size_bytes! <= digestLimit)
      const md5 = await gitferry.lookUp.digests(
        id,
        hashed.map(({ oid }) => oid),
        { signal },
      )
      return { trees: items.map((entry) => toLogsTree(entry, md5.get(entry.oid))), total }
    },
  }),

  ShowFile: operation({
    method: 'GET',
    paths: ['/v2/projects/{repo_id}/repository/files/{+file_path}'],
    path: z.object({ repo_id: shortId, file_path: text(1, 2_000) }),
    query: z.object({ ref: text(1, 2_000) }),
    fields: { id: 'repo_id', path: 'file_path' },
    async answer({ gitferry, path: { file_path, repo_id }, query: { ref }, signal }) {
      const blob = await gitferry.content.blob(repo_id, { ref, path: file_path }, { signal })
      return toFileContentInfo(blob, ref)
    },
  }),
}
