import type {
  ArchiveQuery,
  BlobQuery,
  CommitQuery,
  CompareQuery,
  CreateCommit,
  TreeQuery,
} from '@gitferry/core/contract'
import type { Route } from './route.ts'

/** A commit carries files, and those in base64 take a third more. */
const commitLimitBytes = 96 * 1024 * 1024

const archiveTypes = {
  zip: 'application/zip',
  'tar.gz': 'application/gzip',
  tar: 'application/x-tar',
} as const

export const contentRoutes = {
  'content.commits': ({ gitferry, id, query, signal }) =>
    gitferry.content.commits(
      id,
      query<CommitQuery>('ref', 'path', 'author', 'message', 'since', 'until', 'all', 'page', 'page_size'),
      { signal },
    ),
  'content.tree': ({ gitferry, id, query, signal }) =>
    gitferry.content.tree(id, query<TreeQuery>('ref', 'path', 'last_commits', 'page', 'page_size'), {
      signal,
    }),
  'content.blob': ({ gitferry, id, query, signal }) =>
    gitferry.content.blob(id, query<BlobQuery>('ref', 'path'), { signal }),
  'content.compare': ({ gitferry, id, query, signal }) =>
    gitferry.content.compare(id, query<CompareQuery>('base', 'head', 'page', 'page_size'), { signal }),
  'content.createCommit': async ({ gitferry, id, body }) =>
    gitferry.content.createCommit(id, await body<CreateCommit>(commitLimitBytes)),
  'content.archive': async ({ gitferry, id, query, signal }) => {
    const given = query<ArchiveQuery>('ref', 'format')
    const archive = await gitferry.content.archive(id, given, { signal })
    return new Response(archive, { headers: { 'Content-Type': archiveTypes[given.format ?? 'zip'] } })
  },
  'stats.get': ({ gitferry, id, signal }) => gitferry.stats.get(id, { signal }),
} as const satisfies Record<string, Route>
