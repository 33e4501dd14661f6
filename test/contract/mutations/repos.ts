import type { Mutation } from '../mutation.ts'

const inspect = 'packages/core/src/git/local/inspect-repository.ts'
const refusals = 'packages/core/src/services/repo-refusals.ts'
const service = 'packages/core/src/services/repos.ts'
const head = 'packages/core/src/git/local/head.ts'

export const repoMutations: readonly Mutation[] = [
  {
    takesOut: ['a repository has the documented fields and no other'],
    file: 'packages/core/src/services/to-repo.ts',
    find: 'git_dir: _, common_dir: __,',
    replace: 'common_dir: __,',
  },
  {
    takesOut: ['a path that is not absolute is refused'],
    file: inspect,
    find: 'if (!isAbsolute(path)) throw invalid(',
    replace: 'if (!isAbsolute(path)) String(',
  },
  {
    takesOut: ['a path that does not exist is refused'],
    file: inspect,
    find: "if (code === 'ENOENT' || code === 'ENOTDIR') throw invalid(",
    replace: "if (code === 'ENOENT' || code === 'ENOTDIR') return void String(",
  },
  {
    takesOut: [
      'a path below the top of a repository is refused',
      'a folder that is no repository is refused',
    ],
    file: 'packages/core/src/git/local/not-a-repository.ts',
    find: "'NOT_A_REPOSITORY'",
    replace: "'PATH_INVALID'",
  },
  {
    takesOut: ['a path outside the roots is 403 and the message names --repo-root'],
    file: 'packages/core/src/git/local/resolve-path.ts',
    find: 'roots === null || roots.some((root) => isInside(path, root))',
    replace: 'roots === null || path.length > 0',
  },
  {
    takesOut: ['links are resolved'],
    file: inspect,
    find: '    path: resolved,\n    ...directories,',
    replace: '    path,\n    ...directories,',
  },
  {
    takesOut: ['a repository that is registered already is 409'],
    file: refusals,
    find: "for (const field of ['path', 'name'] as const) {",
    replace: "for (const field of ['name'] as const) {",
  },
  {
    takesOut: ['a taken name is 409'],
    file: refusals,
    find: "for (const field of ['path', 'name'] as const) {",
    replace: "for (const field of ['path'] as const) {",
  },
  {
    takesOut: ['the name defaults to the folder’s'],
    file: 'packages/core/src/services/new-repo.ts',
    find: 'given ?? basename(found.path)',
    replace: 'given ?? found.path',
  },
  {
    takesOut: ['current_branch is null when HEAD is detached'],
    file: head,
    find: '{ branch: null, ref: null, oid }',
    replace: '{ branch: oid, ref: null, oid }',
  },
  {
    takesOut: ['a repository used by a task is 409 that names the task'],
    file: refusals,
    find: 'if (users.size === 0) return',
    replace: 'if (users.size >= 0) return',
  },
  {
    takesOut: ['current_branch is the branch’s name when it is unborn'],
    file: head,
    find: 'branch: ref.startsWith(heads) ? ref.slice(heads.length) : null,',
    replace: "branch: ref === 'refs/heads/main' ? 'main' : null,",
  },
  {
    takesOut: ['deleting takes the record, never the files'],
    file: service,
    find: "await session.collection('repos').delete(id)",
    replace: "(await import('node:fs')).rmSync(repo.path, { recursive: true })",
  },
  {
    takesOut: ['what config and hooks hold is no reason to refuse, and is never run'],
    file: 'packages/core/src/git/settings.ts',
    find: "['core.hooksPath', '/dev/null'],",
    replace: '',
  },
  {
    takesOut: ['PUT /repos/:id changes only the fields that it carries'],
    file: service,
    find: 'const changes = { ...given, updated_at',
    replace: 'const changes = { ssh_key_id: given.ssh_key_id, updated_at',
  },
  {
    takesOut: ['an unknown ssh_key_id is 404'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'SSH_KEY_NOT_FOUND: entry(404)',
    replace: 'SSH_KEY_NOT_FOUND: entry(400)',
  },
  {
    takesOut: ['a remote whose path lies outside the roots is listed with its problem'],
    file: 'packages/core/src/git/remote-url.ts',
    find: 'if (repoRoots !== null && !repoRoots.some((root) => isWithin(absolute, root))) {',
    replace: 'if (repoRoots !== null && repoRoots.length === 0) {',
  },
  {
    takesOut: ['a repository of another user is 403 and the message names --trust-owner'],
    file: inspect,
    find: 'if (uid === user || trustedOwners.includes(uid)) continue',
    replace: 'if (uid >= 0) continue',
  },
  {
    takesOut: ['a repository of a user that --trust-owner names is accepted'],
    file: inspect,
    find: 'if (uid === user || trustedOwners.includes(uid)) continue',
    replace: 'if (uid === user) continue',
  },
]
