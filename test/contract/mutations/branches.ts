import type { Mutation } from '../mutation.ts'

const repository = 'packages/core/src/git/local/local-repository.ts'
const refs = 'packages/core/src/git/local/branch-refs.ts'
const ref = 'packages/core/src/contract/ref.ts'

export const branchMutations: readonly Mutation[] = [
  {
    takesOut: ['last_commit is the full oid'],
    file: refs,
    find: 'last_commit: oid,',
    replace: 'last_commit: oid.slice(0, 7),',
  },
  {
    takesOut: ['is_current is true for the one branch that HEAD names'],
    file: refs,
    find: 'is_current: isLocal && name === current,',
    replace: 'is_current: isLocal,',
  },
  {
    takesOut: ['remote branches are named origin/main'],
    file: refs,
    find: 'ref.slice(isLocal ? heads.length : remotes.length)',
    replace: 'ref.slice(isLocal ? heads.length : 0)',
  },
  {
    takesOut: ['type other than local, remote or all is 400'],
    file: 'packages/core/src/contract/branch.ts',
    find: "type: z.enum(['local', 'remote', 'all'], { error: 'must be local, remote or all' }).optional(),",
    replace: "type: z.enum(['local', 'remote', 'all']).optional().catch(undefined),",
  },
  {
    takesOut: ['create and checkout answer the branch'],
    file: repository,
    find: 'return toBranch({ ref, oid }, target.name)\n  }\n\n  #options',
    replace: 'return toBranch({ ref, oid }, null)\n  }\n\n  #options',
  },
  {
    takesOut: ['delete answers { name, deleted: true }'],
    file: 'packages/core/src/services/branches.ts',
    find: 'return { name, deleted: true }',
    replace: "return { name: ['refs/heads', name].join('/'), deleted: true }",
  },
  {
    takesOut: ['names follow git check-ref-format'],
    file: ref,
    find: "if (component.endsWith('.lock')) return",
    replace: "if (component.endsWith('.never')) return",
  },
  {
    takesOut: ['a component has at most 250 bytes, a name 1,000'],
    file: ref,
    find: 'const maxBytes = 1_000',
    replace: 'const maxBytes = 100_000',
  },
  {
    takesOut: ['create: an existing name is 409'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'BRANCH_EXISTS: entry(409)',
    replace: 'BRANCH_EXISTS: entry(400)',
  },
  {
    takesOut: ['create: an unknown base is 404'],
    file: repository,
    find: 'if (oid !== undefined) return this.#commit(oid, name, signal)',
    replace: "return this.#commit(oid ?? refs.local('main') ?? '', name, signal)",
  },
  {
    takesOut: ['create: without base_branch it is HEAD'],
    file: repository,
    find: 'const base = base_branch ?? null',
    replace: "const base = base_branch ?? 'origin/develop'",
  },
  {
    takesOut: ['create: a remote branch may be the base'],
    file: repository,
    find: '(refs.local(name) ?? refs.remote(name))',
    replace: 'refs.local(name)',
  },
  {
    takesOut: ['checkout refuses to lose uncommitted work'],
    file: 'packages/core/src/git/local/switch-worktree.ts',
    find: 'throw refused(target.name, wouldLose, atRisk)\n',
    replace: 'return\n',
  },
  {
    takesOut: ['checkout of a bare repository moves its HEAD'],
    file: repository,
    find: 'await this.#writer.setHead(name, signal)',
    replace: '',
  },
  {
    takesOut: ['checkout of a remote branch creates its tracking branch'],
    file: 'packages/core/src/git/local/checkout-target.ts',
    find: 'tracks: tracked.refspecs === 1 }',
    replace: 'tracks: false }',
  },
  {
    takesOut: ['delete: the current branch is 409'],
    file: repository,
    find: 'await this.#checkNotCheckedOut(name, signal)\n    if (!force)',
    replace: 'if (!force)',
  },
  {
    takesOut: ['delete: an unmerged branch is 409 unless force=true'],
    file: repository,
    find: 'if (!force) await this.#checkMerged(name, oid, refs, head, signal)',
    replace: '',
  },
  {
    takesOut: ['delete: an absent branch is 404', 'delete takes local branches only'],
    file: refs,
    find: "new GitferryError('BRANCH_NOT_FOUND', message, { details: { field, branch } })",
    replace: "new GitferryError('REF_INVALID', message, { details: { field, branch } })",
  },
]
