import type { CommitQuery } from '@gitferry/core/contract'
import { z } from 'zod'
import { flagText, integerText, optional, shortId, text } from '../fields.ts'
import { operation } from '../operation.ts'
import { toCommit } from '../shapes/commit.ts'
import { toCommitInfo, toCommitStats } from '../shapes/commit-v2.ts'

const day = z.iso.date('must be a date: yyyy-MM-dd')
const pageSize = optional(integerText(1, 100))
const pageIndex = optional(integerText(1))
const refName = text(1, 2_000)

/** Given as text in a body too, as the vendor’s clients have it. */
const flag = z
  .union([z.boolean(), flagText], { error: 'must be true or false' })
  .nullish()
  .transform((value) => value ?? undefined)

const action = z.object({
  action: z.enum(['create', 'delete', 'move', 'update', 'chmod'], {
    error: 'must be create, delete, move, update or chmod',
  }),
  file_path: text(1, 4_096),
  previous_path: optional(text(1, 4_096)),
  content: optional(z.string({ error: 'must be text' })),
  encoding: optional(z.enum(['text', 'base64'], { error: 'must be text or base64' })),
  last_commit_id: optional(z.string({ error: 'must be text' })),
  execute_filemode: optional(z.boolean({ error: 'must be true or false' })),
})

/** The filters that have a value: what a client sends empty, it does not ask for. */
const given = (filters: CommitQuery): CommitQuery =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''))

export const commitOperations = {
  ShowCommitsByRepoId: operation({
    method: 'GET',
    paths: ['/v1/repositories/{repository_id}/commits'],
    path: z.object({ repository_id: shortId }),
    query: z.object({
      ref_name: refName,
      author: optional(text(0, 200)),
      begin_date: optional(day),
      end_date: optional(day),
      message: optional(text(0, 500)),
      path: optional(text(0, 2_000)),
      page_index: pageIndex,
      page_size: pageSize,
    }),
    fields: { id: 'repository_id', ref: 'ref_name', since: 'begin_date', until: 'end_date' },
    async answer({ gitferry, path: { repository_id }, query, signal }) {
      const { author, begin_date, end_date, message, page_index, page_size, path, ref_name } = query
      const { items, total } = await gitferry.content.commits(
        repository_id,
        given({
          ref: ref_name,
          author,
          message,
          path,
          since: begin_date && `${begin_date}T00:00:00Z`,
          // the whole of that day
          until: end_date && `${end_date}T23:59:59Z`,
          page: page_index ?? 1,
          page_size: page_size ?? 20,
        }),
        { signal },
      )
      return { commits: items.map(toCommit), total }
    },
  }),

  /** After the one by id, whose path has fewer segments; the group may have several, raw or encoded. */
  ShowCommitsByBranch: operation({
    method: 'GET',
    paths: [
      '/v1/repositories/{group_name}/{repository_name}/commits',
      '/v1/repositories/{+repository_path}/commits',
    ],
    path: z
      .object({
        group_name: text(1, 2_000),
        repository_name: text(1, 2_000),
      })
      .or(
        z.object({ repository_path: text(1, 4_001) }).transform(({ repository_path: path }) => ({
          group_name: path.slice(0, Math.max(path.lastIndexOf('/'), 0)),
          repository_name: path.slice(path.lastIndexOf('/') + 1),
        })),
      ),
    query: z.object({ ref_name: refName, page_index: pageIndex, page_size: pageSize }),
    fields: { ref: 'ref_name' },
    async answer({ gitferry, path: { group_name, repository_name: name }, query, signal }) {
      const id = await gitferry.lookUp.repo({ group_name, name })
      const { page_index, page_size, ref_name } = query
      const paging = { page: page_index ?? 1, page_size: page_size ?? 20 }
      const { items, total } = await gitferry.content.commits(id, { ref: ref_name, ...paging }, { signal })
      return { commits: items.map(toCommit), total }
    },
  }),

  ListCommits: operation({
    method: 'GET',
    paths: ['/v2/projects/{repo_id}/repository/commits'],
    path: z.object({ repo_id: shortId }),
    query: z.object({
      ref_name: optional(text(0, 2_000)),
      since: optional(text(0, 40)),
      until: optional(text(0, 40)),
      path: optional(text(0, 2_000)),
      all: optional(flagText),
      with_stats: optional(flagText),
      page: pageIndex,
      per_page: pageSize,
    }),
    fields: { id: 'repo_id', ref: 'ref_name' },
    async answer({ gitferry, path: { repo_id }, query, signal }) {
      const { all, page = 1, path, per_page: page_size = 20, ref_name, since, until, with_stats } = query
      const asked = given({ ref: ref_name, since, until, path, all, page, page_size })
      const { items } = await gitferry.content.commits(repo_id, asked, { signal })
      if (!with_stats) return items.map(toCommitInfo)
      const oids = items.map(({ oid }) => oid)
      const lines = await gitferry.lookUp.changedLines(repo_id, oids, { signal })
      return items.map((commit) => ({
        ...toCommitInfo(commit),
        stats: toCommitStats(lines.get(commit.oid)!),
      }))
    },
  }),

  CreateCommit: operation({
    method: 'POST',
    paths: ['/v2/projects/{repo_id}/repository/commits'],
    path: z.object({ repo_id: shortId }),
    body: z.object({
      branch: text(1, 2_000),
      commit_message: z.string({ error: 'must be text' }),
      actions: z.array(action, { error: 'must be a list of actions' }),
      start_branch: optional(text(0, 2_000)),
      author_name: optional(text(0, 200)),
      author_email: optional(text(0, 200)),
      stats: flag,
      force: flag,
    }),
    changes: 'content.createCommit',
    fields: {
      id: 'repo_id',
      message: 'commit_message',
      'actions.*.path': 'actions.*.file_path',
      'actions.*.last_commit_oid': 'actions.*.last_commit_id',
      'actions.*.is_executable': 'actions.*.execute_filemode',
    },
    async answer({ body, gitferry, path: { repo_id } }) {
      const commit = await gitferry.content.createCommit(repo_id, {
        branch: body.branch,
        start_branch: body.start_branch || null,
        message: body.commit_message,
        author_name: body.author_name || null,
        author_email: body.author_email || null,
        force: body.force,
        actions: body.actions.map((one) => ({
          action: one.action,
          path: one.file_path,
          previous_path: one.previous_path,
          content: one.content,
          encoding: one.encoding,
          last_commit_oid: one.last_commit_id || null,
          is_executable: one.execute_filemode,
        })),
      })
      return { ...toCommitInfo(commit), ...(body.stats !== false && { stats: toCommitStats(commit) }) }
    },
  }),
}
