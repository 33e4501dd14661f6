import {
  archiveQuery,
  blob,
  blobQuery,
  commit,
  commitQuery,
  compareQuery,
  comparison,
  createCommit,
  createdCommit,
  stats,
  treeEntry,
  treeQuery,
} from '../content.ts'
import { localGitErrors } from './common-errors.ts'
import { newOid, oldOid } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofRepo = idOf('repository')
const errors = [...localGitErrors, 'REPO_NOT_FOUND', 'ROLE_MISSING', 'REVISION_NOT_FOUND'] as const

export const exampleCommit = {
  oid: newOid,
  parents: [oldOid],
  message: 'Add a greeting',
  author_name: 'Mia',
  author_email: 'mia@example.org',
  authored_at: '2026-01-02T03:04:05Z',
  committer_name: 'Mia',
  committer_email: 'mia@example.org',
  committed_at: '2026-01-02T03:04:05Z',
}

const exampleBlob = 'c51fbec05f43ff20f4d5a4c0f5b21c0e9c7d4a11'

export const contentOperations = {
  name: 'content',
  description:
    'What a repository holds: commits, directories, files. Read from its objects, never from a worktree.',
  operations: {
    'content.commits': {
      summary: 'List commits',
      description: 'As `git log` orders them. `path`, `author`, `message`, `since` and `until` filter.',
      path: ofRepo,
      query: commitQuery,
      answer: answers(commit, exampleCommit),
      errors: [...errors, 'PATH_INVALID'],
    },
    'content.tree': {
      summary: 'List a directory',
      description:
        'Directories first, then files, each by name. With `last_commits`, each entry tells the newest commit that changed it.',
      path: ofRepo,
      query: treeQuery,
      answer: answers(treeEntry, {
        name: 'src',
        path: 'src',
        type: 'tree',
        mode: '040000',
        oid: oldOid,
        size_bytes: null,
        last_commit: exampleCommit,
      }),
      errors: [...errors, 'PATH_INVALID', 'PATH_NOT_FOUND'],
    },
    'content.blob': {
      summary: 'Show a file',
      path: ofRepo,
      query: blobQuery,
      answer: answers(blob, {
        name: 'hello.txt',
        path: 'docs/hello.txt',
        oid: exampleBlob,
        mode: '100644',
        size_bytes: 6,
        sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
        content_type: 'text/plain; charset=utf-8',
        encoding: 'base64',
        content: 'aGVsbG8K',
        commit_oid: newOid,
        last_commit_oid: newOid,
      }),
      errors: [...errors, 'PATH_INVALID', 'PATH_NOT_FOUND', 'CONTENT_TOO_LARGE'],
    },
    'content.compare': {
      summary: 'Compare two revisions',
      description:
        'What `head` has that `base` has not: commits, and what they changed since the merge base.',
      path: ofRepo,
      query: compareQuery,
      answer: answers(comparison, {
        base_oid: oldOid,
        head_oid: newOid,
        merge_base_oid: oldOid,
        ahead: 1,
        behind: 0,
        commits: [exampleCommit],
        files: [
          {
            path: 'docs/hello.txt',
            previous_path: null,
            status: 'added',
            additions: 1,
            deletions: 0,
            is_binary: false,
          },
        ],
        files_total: 1,
      }),
      errors,
    },
    'content.createCommit': {
      summary: 'Make a commit',
      description: 'The actions are applied in their order, all or none, without a worktree.',
      path: ofRepo,
      body: sends(createCommit, {
        branch: 'main',
        message: 'Add a greeting',
        actions: [{ action: 'create', path: 'docs/hello.txt', content: 'hello\n' }],
      }),
      answer: answers(createdCommit, { ...exampleCommit, additions: 1, deletions: 0 }),
      errors: [
        ...localGitErrors,
        'REPO_NOT_FOUND',
        'ROLE_MISSING',
        'REF_INVALID',
        'REF_PROTECTED',
        'BRANCH_NOT_FOUND',
        'BRANCH_EXISTS',
        'BRANCH_CHECKED_OUT',
        'PATH_INVALID',
        'PATH_EXISTS',
        'PATH_NOT_FOUND',
        'CONTENT_CHANGED',
        'CONTENT_TOO_LARGE',
        'UNSUPPORTED',
        'CONFLICT',
        'STORE_FAILED',
        'DISK_FULL',
      ],
    },
    'content.archive': {
      summary: 'Pack every file of a revision',
      path: ofRepo,
      query: archiveQuery,
      answer: {
        texts: {
          'application/zip': { description: 'The archive, as `git archive` makes it', example: 'PK…' },
          'application/gzip': { description: 'With `format=tar.gz`', example: '…' },
          'application/x-tar': { description: 'With `format=tar`', example: '…' },
        },
      },
      errors,
    },
    'stats.get': {
      summary: 'Show figures of a repository',
      description: 'Commits and lines are those of the default branch.',
      path: ofRepo,
      answer: answers(stats, {
        default_branch: 'main',
        commits: 120,
        code_lines: 4_711,
        branches: 3,
        tags: 2,
        size_bytes: 1_482_752,
        last_commit_at: '2026-01-02T03:04:05Z',
      }),
      errors: [...localGitErrors, 'REPO_NOT_FOUND', 'ROLE_MISSING'],
    },
  },
} as const satisfies OperationGroup
