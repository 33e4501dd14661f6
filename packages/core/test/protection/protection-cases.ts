import type { ProtectedRef, Role } from '../../src/contract/index.ts'
import type { AskedUpdate } from '../../src/protection/index.ts'

export interface ProtectionCase extends Pick<ProtectedRef, 'kind' | 'name' | 'push_level'> {
  readonly role: Role
  readonly ref: string
  readonly what: 'create' | 'update' | 'rewrite' | 'delete'
  readonly update: Partial<AskedUpdate>
  readonly refusal: string | undefined
}

const updates = {
  create: { old: null },
  update: {},
  rewrite: { isForced: true },
  delete: { new: null },
} as const satisfies Record<ProtectionCase['what'], Partial<AskedUpdate>>

type Row = readonly [
  role: Role,
  level: 0 | 30 | 40,
  kind: ProtectedRef['kind'],
  name: string,
  what: ProtectionCase['what'],
  ref: string,
  refusal?: string,
]

const rows: readonly Row[] = [
  // nobody
  [40, 0, 'branch', 'main', 'update', 'refs/heads/main', 'main is protected: no one may push to it.'],
  [40, 0, 'branch', 'main', 'create', 'refs/heads/main', 'main is protected: no one may push to it.'],
  [40, 0, 'branch', 'main', 'delete', 'refs/heads/main', 'main is protected: it cannot be deleted.'],
  [40, 0, 'tag', 'v*', 'create', 'refs/tags/v1', 'v1 is protected: no one may create tags like v*.'],
  [40, 0, 'tag', 'v*', 'update', 'refs/tags/v1', 'v1 is protected: no one may move tags like v*.'],
  [40, 0, 'tag', 'v*', 'delete', 'refs/tags/v1', 'v1 is protected: no one may delete tags like v*.'],
  [40, 0, 'tag', 'v1', 'create', 'refs/tags/v1', 'v1 is protected: no one may create this tag.'],
  // admins
  [
    30,
    40,
    'branch',
    'main',
    'update',
    'refs/heads/main',
    'main is protected: only admins may push to it, and you are a developer here.',
  ],
  [
    30,
    40,
    'branch',
    'rel/*',
    'create',
    'refs/heads/rel/1/x',
    'rel/1/x is protected: only admins may push to it, and you are a developer here.',
  ],
  [
    30,
    40,
    'branch',
    'main',
    'rewrite',
    'refs/heads/main',
    'main is protected: only admins may push to it, and you are a developer here.',
  ],
  [30, 40, 'branch', 'main', 'delete', 'refs/heads/main', 'main is protected: it cannot be deleted.'],
  [
    30,
    40,
    'tag',
    '*',
    'create',
    'refs/tags/a/b',
    'a/b is protected: only admins may create tags like *, and you are a developer here.',
  ],
  [
    30,
    40,
    'tag',
    'VERB*',
    'delete',
    'refs/tags/VERB1',
    'VERB1 is protected: only admins may delete tags like VERB*, and you are a developer here.',
  ],
  [40, 40, 'branch', 'main', 'update', 'refs/heads/main'],
  [40, 40, 'branch', 'main', 'create', 'refs/heads/main'],
  [
    40,
    40,
    'branch',
    'main',
    'rewrite',
    'refs/heads/main',
    'main is protected: its history cannot be rewritten (fetch and merge first).',
  ],
  [40, 40, 'branch', 'main', 'delete', 'refs/heads/main', 'main is protected: it cannot be deleted.'],
  [40, 40, 'tag', 'v*', 'delete', 'refs/tags/v1'],
  [40, 40, 'tag', 'v*', 'update', 'refs/tags/v1'],
  // developers
  [30, 30, 'branch', 'main', 'update', 'refs/heads/main'],
  [
    30,
    30,
    'branch',
    'm*n',
    'rewrite',
    'refs/heads/main',
    'main is protected: its history cannot be rewritten (fetch and merge first).',
  ],
  [30, 30, 'branch', '*', 'delete', 'refs/heads/a/b', 'a/b is protected: it cannot be deleted.'],
  [30, 30, 'tag', 'v*', 'create', 'refs/tags/v1'],
  [30, 30, 'tag', 'v*', 'update', 'refs/tags/v1'],
  [30, 30, 'tag', 'v*', 'delete', 'refs/tags/v1'],
  // what no rule is about
  [30, 0, 'branch', 'main', 'update', 'refs/heads/maintenance'],
  [30, 0, 'branch', 'main', 'delete', 'refs/tags/main'],
  [30, 0, 'tag', 'main', 'update', 'refs/heads/main'],
  [30, 0, 'branch', 'a*a', 'update', 'refs/heads/a'],
  [30, 0, 'branch', 'ma*in*x', 'update', 'refs/heads/main'],
  [30, 0, 'branch', 'm*z*n', 'update', 'refs/heads/main'],
  [30, 0, 'branch', 'm*i*in', 'update', 'refs/heads/main'],
  [30, 0, 'branch', 'm*a**i*n', 'update', 'refs/heads/main', 'main is protected: no one may push to it.'],
  [30, 0, 'branch', '*', 'update', 'refs/notes/commits'],
  [30, 0, 'branch', 'main', 'delete', 'refs/heads/feature'],
  [30, 0, 'branch', 'main', 'rewrite', 'refs/heads/feature'],
  [30, 0, 'branch', 'ä*', 'update', 'refs/heads/äß', 'äß is protected: no one may push to it.'],
  [30, 0, 'branch', '-e', 'update', 'refs/heads/-e', '-e is protected: no one may push to it.'],
  [
    30,
    0,
    'branch',
    'a$HOME`id`',
    'update',
    'refs/heads/a$HOME`id`',
    'a$HOME`id` is protected: no one may push to it.',
  ],
  [
    30,
    0,
    'branch',
    'a\'"%s;#',
    'update',
    'refs/heads/a\'"%s;#',
    'a\'"%s;# is protected: no one may push to it.',
  ],
  // gitferry's own
  [
    40,
    40,
    'branch',
    'x',
    'create',
    'refs/remotes/origin/heads/main',
    'refs/remotes/origin/heads/main cannot be pushed: gitferry keeps names like this for itself.',
  ],
  [
    40,
    40,
    'branch',
    'x',
    'delete',
    'refs/gitferry/kept/1/heads/main',
    'refs/gitferry/kept/1/heads/main cannot be pushed: gitferry keeps names like this for itself.',
  ],
  [40, 40, 'branch', 'x', 'create', 'refs/remotesx'],
]

/** What each rule means for each role: for the pure function, and for the hook, which must say the same. */
export const protectionCases: readonly ProtectionCase[] = rows.map(
  ([role, push_level, kind, name, what, ref, refusal]) => ({
    role,
    push_level,
    kind,
    name,
    what,
    ref,
    update: updates[what],
    refusal,
  }),
)
