import { z } from 'zod'
import { oid } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'
import { refName } from './ref.ts'
import { time } from './time.ts'

/** One that git can have: also of before 1970, and past 9999, where a commit claims so. Null: it cannot be read. */
const commitTime = z.string().nullable().describe('RFC 3339 in UTC, to the second')

export const commit = z
  .object({
    oid,
    parents: z.array(oid),
    message: z.string().describe('Without the line feeds at its end; its first 65,536 characters'),
    author_name: z.string(),
    author_email: z.string(),
    authored_at: commitTime,
    committer_name: z.string(),
    committer_email: z.string(),
    committed_at: commitTime,
  })
  .meta({ id: 'Commit' })

export type Commit = z.output<typeof commit>

const revisionText = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(2_000, 'must have at most 2000 characters')
  .describe('A branch, a tag or the name of a commit (at least 7 digits). Default: HEAD')

const pathText = z
  .string({ error: 'must be text' })
  .max(4_096, 'must have at most 4096 characters')
  .describe('Parts separated by "/", none of them empty, "." or ".."')

export const commitQuery = pageQuery.extend({
  ref: revisionText.optional(),
  path: pathText.optional().describe('Only commits that changed it, as `git log -- path`'),
  author: z
    .string()
    .max(200, 'must have at most 200 characters')
    .optional()
    .describe('A part of the author’s name or e-mail'),
  message: z
    .string()
    .max(500, 'must have at most 500 characters')
    .optional()
    .describe('A part of the message'),
  since: time.optional(),
  until: time.optional(),
  all: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .describe('Whether commits of every branch and tag are listed as well. Default false'),
})

export type CommitQuery = z.input<typeof commitQuery>

export const treeEntry = z
  .object({
    name: z.string(),
    path: z.string(),
    type: z.enum(['blob', 'tree', 'commit']).describe('`commit`: a submodule'),
    mode: z.string().describe('Six octal digits: 100644, 100755, 120000 (a link), 040000, 160000'),
    oid,
    size_bytes: z.int().nullable().describe('Of a blob; null otherwise'),
    last_commit: commit
      .nullable()
      .describe(
        'The newest commit that changed it, as `git log -1 ref -- path` finds it; null: not asked for',
      ),
  })
  .meta({ id: 'TreeEntry' })

export type TreeEntry = z.output<typeof treeEntry>

export const treeQuery = pageQuery.extend({
  ref: revisionText.optional(),
  path: pathText.optional().describe('A directory. Default: the top'),
  last_commits: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .describe('Whether each entry tells its last commit. Default false'),
})

export type TreeQuery = z.input<typeof treeQuery>

export const blob = z
  .object({
    name: z.string(),
    path: z.string(),
    oid,
    mode: z.string(),
    size_bytes: z.int(),
    sha256: z.string().describe('Of the bytes, 64 hexadecimal digits'),
    content_type: z.string().describe('`text/plain; charset=utf-8`, or what the bytes look like'),
    encoding: z.literal('base64'),
    content: z.string().describe('The bytes as they are in git, in base64, on one line'),
    commit_oid: oid.describe('What the ref led to'),
    last_commit_oid: oid.describe('The newest commit that changed it'),
  })
  .meta({ id: 'Blob' })

export type Blob = z.output<typeof blob>

export const blobQuery = z.object({ ref: revisionText.optional(), path: pathText })

export type BlobQuery = z.input<typeof blobQuery>

export const compareQuery = pageQuery.extend({
  base: revisionText,
  head: revisionText,
})

export type CompareQuery = z.input<typeof compareQuery>

export const changedFile = z.object({
  path: z.string(),
  previous_path: z.string().nullable().describe('Where it was before, if it was moved'),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'type_changed']),
  additions: z.int().nullable().describe('Lines; null of a binary file'),
  deletions: z.int().nullable(),
  is_binary: z.boolean(),
})

export type ChangedFile = z.output<typeof changedFile>

/** What `git log base..head` and `git diff base...head` tell. */
export const comparison = z
  .object({
    base_oid: oid,
    head_oid: oid,
    merge_base_oid: oid.nullable().describe('Null: they have no commit in common'),
    ahead: z.int().describe('Commits that head has and base has not'),
    behind: z.int().describe('Commits that base has and head has not'),
    commits: z.array(commit).describe('One page of what head is ahead by, newest first'),
    files: z.array(changedFile).describe('What head changed since the merge base; its first 1,000'),
    files_total: z.int(),
  })
  .meta({ id: 'Comparison' })

export type Comparison = z.output<typeof comparison>

const actionPath = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(4_096, 'must have at most 4096 characters')

const name = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .regex(/^[^\p{Cc}\p{Cs}<>]+$/u, 'must not hold control characters, "<" or ">"')

export const commitAction = z.object({
  action: oneOf(['create', 'update', 'delete', 'move', 'chmod']),
  path: actionPath,
  previous_path: actionPath.nullish().describe('Of a move: where it is now'),
  content: z
    .string({ error: 'must be text' })
    .nullish()
    .describe('Of create and update; of a move, where it is changed as well'),
  encoding: oneOf(['text', 'base64']).optional().describe('Of `content`. Default "text": UTF-8'),
  last_commit_oid: oid
    .nullish()
    .describe('Refused if another commit changed the file last: of update, delete and move'),
  is_executable: z.boolean({ error: 'must be true or false' }).nullish(),
})

export type CommitAction = z.input<typeof commitAction>

export const createCommit = z
  .object({
    branch: refName,
    start_branch: refName
      .nullish()
      .describe(
        'The branch is made from this one; without it the branch must be there, or the repository empty',
      ),
    message: z
      .string({ error: 'must be text' })
      .max(65_536, 'must have at most 65536 characters')
      .regex(/\S/, 'must not be empty')
      .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u, 'must not hold control characters'),
    force: z
      .boolean({ error: 'must be true or false' })
      .optional()
      .describe('Whether a branch that is there is left for a commit on start_branch. Default false'),
    author_name: name.nullish().describe('Default: the caller'),
    author_email: name.nullish(),
    actions: z
      .array(commitAction, { error: 'must be a list of actions' })
      .min(1, 'must hold an action')
      .max(1_000, 'must hold at most 1000 actions'),
  })
  .meta({ id: 'CreateCommit' })

export type CreateCommit = z.input<typeof createCommit>

export const createdCommit = commit
  .extend({ additions: z.int(), deletions: z.int() })
  .meta({ id: 'CreatedCommit' })

export type CreatedCommit = z.output<typeof createdCommit>

export const archiveQuery = z.object({
  ref: revisionText.optional(),
  format: oneOf(['zip', 'tar.gz', 'tar']).optional().describe('Default "zip"'),
})

export type ArchiveQuery = z.input<typeof archiveQuery>

/** What a repository is made of. Counts of commits and lines are those of its default branch. */
export const stats = z
  .object({
    default_branch: z.string().nullable(),
    commits: z.int(),
    code_lines: z.int().describe('Lines of the text files'),
    branches: z.int(),
    tags: z.int(),
    size_bytes: z.int().describe('On disk'),
    last_commit_at: commitTime.describe('Of any branch; null: there is none'),
  })
  .meta({ id: 'Stats' })

export type Stats = z.output<typeof stats>
