import type { Mutation } from '../mutation.ts'

const reply = 'packages/server/src/routes/reply.ts'
const page = 'packages/core/src/contract/page.ts'
const pages = 'packages/core/src/services/pages.ts'
const findOrRefuse = 'packages/core/src/services/find-or-refuse.ts'

export const listMutations: readonly Mutation[] = [
  {
    takesOut: [
      /^without page or page_size .* answers \{ /,
      'row 1: GET /api/v1/repos lists the repositories and their number',
    ],
    file: reply,
    find: "if (typeof endpoint.list === 'string' && !searchParams",
    replace: "if (typeof endpoint.list === 'number' && !searchParams",
  },
  {
    takesOut: [
      'with either parameter a list answers { items, total, page, page_size }',
      'every list is paged when a page is asked for',
    ],
    file: reply,
    find: "&& !searchParams.has('page') && !searchParams.has('page_size')",
    replace: '',
  },
  {
    takesOut: [
      'a page_size of 100 is taken, 0, -1, 101, 1e9 and x are 400',
      'every list takes a page_size from 1 to 100',
    ],
    file: page,
    find: "page_size: position(100, 'must be an integer from 1 to 100').optional()",
    replace: "page_size: position(2 ** 31 - 1, 'must be an integer from 1 to 100').optional()",
  },
  {
    takesOut: ['a page of 0, -1, 1e9 or x is 400; one past the end is empty'],
    file: 'packages/server/src/routes/request-values.ts',
    find: "page: 'number',\n  page_size",
    replace: "page: 'boolean',\n  page_size",
  },
  {
    takesOut: [/ is always paged, 20 to a page$/],
    file: page,
    find: 'page_size: query.page_size ?? 20',
    replace: 'page_size: query.page_size ?? 100',
  },
  {
    takesOut: ['runs and audit logs are newest first'],
    file: pages,
    find: "[{ by: 'id', direction: 'desc' }]",
    replace: "[{ by: 'id', direction: 'asc' }]",
  },
  {
    takesOut: ['an empty list is [], never null', 'every list of nothing is []'],
    file: pages,
    find: 'return { items, total: items.length, page: 1,',
    replace: 'return { items: (items.length ? items : null) as Item[], total: items.length, page: 1,',
  },
  {
    takesOut: [/: an id that is no positive integer is 400$/],
    file: 'packages/core/src/contract/id.ts',
    find: 'export const id = z.int({ error: message }).min(1, message)',
    replace: 'export const id = z.any() as unknown as z.ZodInt',
  },
  {
    takesOut: [/^\/repos\/\{id\}.*: an unknown id is 404$/],
    file: findOrRefuse,
    find: "'repository', 'REPO_NOT_FOUND'",
    replace: "'repository', 'INVALID_INPUT'",
  },
  {
    takesOut: [/^\/sync\/tasks\/\{id\}.*: an unknown id is 404$/],
    file: findOrRefuse,
    find: "'sync task', 'TASK_NOT_FOUND'",
    replace: "'sync task', 'INVALID_INPUT'",
  },
  {
    takesOut: [/^\/sync\/runs\/\{id\}.*: an unknown id is 404$/],
    file: findOrRefuse,
    find: "'run', 'RUN_NOT_FOUND'",
    replace: "'run', 'INVALID_INPUT'",
  },
  {
    takesOut: ['every list of nothing is []'],
    file: pages,
    find: '  return { items, total, page, page_size }\n}\n\n/** The order',
    replace:
      '  return { items: items.length ? items : [null as never], total, page, page_size }\n}\n\n/** The order',
  },
  {
    takesOut: ['an unknown remote is 404'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: '  REMOTE_NOT_FOUND: entry(404)',
    replace: '  REMOTE_NOT_FOUND: entry(400)',
  },
  {
    takesOut: ['an unknown tag is 404'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'TAG_NOT_FOUND: entry(404)',
    replace: 'TAG_NOT_FOUND: entry(400)',
  },
  {
    takesOut: [/^\/host-keys\/\{id\}.*: an unknown id is 404$/],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'HOST_KEY_NOT_FOUND: entry(404)',
    replace: 'HOST_KEY_NOT_FOUND: entry(400)',
  },
]
