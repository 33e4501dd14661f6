import type { IncomingSignedRequest } from '@gitferry/core'
import {
  type CallOptions,
  createBranch,
  createSyncTask,
  type FollowOptions,
  type Principal,
  pageQuery,
  type RunLogEvent,
  registerRepo,
} from '@gitferry/core/contract'
import { GitferryError, parseInput } from '@gitferry/core/errors'
import type { RefusedChange, ServedGitferry } from '../src/index.ts'

export interface RecordedCall {
  readonly method: string
  /** Without the options that come last. */
  readonly input: readonly unknown[]
  readonly principal: Principal | undefined
  readonly signal: AbortSignal | undefined
}

export interface Fake {
  readonly gitferry: ServedGitferry
  readonly calls: RecordedCall[]
  readonly refused: { readonly change: RefusedChange; readonly error: GitferryError }[]
  /** What a method does instead of answering what it was asked; it may throw. */
  readonly behaviour: Record<string, (input: readonly unknown[], signal?: AbortSignal) => unknown>
}

const isOptions = (value: unknown): value is CallOptions =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'signal'

const emptyPage = () => ({ items: [], total: 0, page: 1, page_size: 20 })

/** The contract’s own rules, where a test needs a service that refuses. */
const rules: Fake['behaviour'] = {
  'repos.list': ([query]) => {
    parseInput(pageQuery, query)
    return { items: [{ id: 1 }, { id: 2 }], total: 2, page: 1, page_size: 20 }
  },
  'repos.register': ([input]) => parseInput(registerRepo, input),
  'repos.remotes.list': emptyPage,
  'branches.list': emptyPage,
  'branches.create': ([, input]) => parseInput(createBranch, input),
  'tags.list': emptyPage,
  'content.commits': emptyPage,
  'content.tree': emptyPage,
  'content.archive': () => new Blob(['an archive']).stream(),
  'projects.list': emptyPage,
  'projects.members.list': emptyPage,
  'members.list': emptyPage,
  'publicKeys.list': emptyPage,
  'deployKeys.list': emptyPage,
  'protection.list': emptyPage,
  'sync.tasks.list': () => ({ items: [{ id: 5 }], total: 1, page: 1, page_size: 20 }),
  'sync.tasks.create': ([input]) => parseInput(createSyncTask, input),
  'sync.plans.list': emptyPage,
  'sync.kept.list': emptyPage,
  'sync.runs.list': emptyPage,
  'jobs.list': emptyPage,
  'sync.runs.log': () => 'erste Zeile: größer\nsecond line\n',
  'keys.list': () => ({ items: [{ id: 3 }], total: 1, page: 1, page_size: 20 }),
  'credentials.list': emptyPage,
  'hostKeys.list': emptyPage,
  'notifications.channels.list': () => ({ items: [{ id: 4 }], total: 1, page: 1, page_size: 20 }),
  'notifications.deliveries.list': emptyPage,
  'users.list': emptyPage,
  'tokens.list': emptyPage,
  'accessKeys.list': emptyPage,
  'audit.list': emptyPage,
  'system.health': () => ({ status: 'ok' }),
}

const methods = {
  repos: ['list', 'get', 'register', 'update', 'delete', 'clone', 'create', 'fork'],
  'repos.remotes': ['list', 'add', 'update', 'delete', 'test'],
  branches: ['list', 'create', 'checkout', 'delete'],
  tags: ['list', 'get', 'create', 'delete'],
  content: ['commits', 'tree', 'blob', 'compare', 'createCommit', 'archive'],
  stats: ['get'],
  projects: ['list', 'get', 'create', 'delete'],
  'projects.members': ['list', 'set', 'delete'],
  members: ['list', 'set', 'delete'],
  publicKeys: ['list', 'add', 'delete', 'verify'],
  deployKeys: ['list', 'add', 'delete'],
  protection: ['list', 'set', 'delete'],
  'sync.tasks': ['list', 'get', 'create', 'update', 'delete', 'run', 'plan', 'pause', 'resume'],
  'sync.plans': ['list', 'get', 'apply'],
  'sync.runs': ['list', 'get', 'log', 'cancel', 'retry', 'restore'],
  'sync.kept': ['list'],
  jobs: ['list', 'get', 'cancel'],
  keys: ['list', 'get', 'create', 'generate', 'update', 'delete', 'test'],
  credentials: ['list', 'get', 'create', 'delete'],
  hostKeys: ['list', 'create', 'accept', 'delete'],
  notifications: ['preview'],
  'notifications.channels': ['list', 'get', 'create', 'update', 'delete', 'test'],
  'notifications.deliveries': ['list', 'get', 'retry'],
  webhooks: ['taskSync'],
  users: ['list', 'create', 'delete'],
  tokens: ['list', 'create', 'delete'],
  accessKeys: ['list', 'create', 'delete'],
  audit: ['list', 'get', 'verify'],
  system: ['health', 'version'],
}

/** A gitferry that does nothing: it answers by rules of its own and remembers what it was asked, and for whom. */
export function fakeGitferry(): Fake {
  const calls: RecordedCall[] = []
  const refused: Fake['refused'] = []
  const behaviour: Fake['behaviour'] = { ...rules }

  const namespace = (name: keyof typeof methods, principal: Principal | undefined) =>
    Object.fromEntries(
      methods[name].map((method) => [
        method,
        async (...given: unknown[]) => {
          const options = given.at(-1)
          const signal = isOptions(options) ? options.signal : undefined
          const input = isOptions(options) ? given.slice(0, -1) : given
          const full = `${name}.${method}`
          calls.push({ method: full, input, principal, signal })
          return behaviour[full]?.(input, signal) ?? { method: full }
        },
      ]),
    )

  /** What the behaviour `sync.runs.follow` answers is an async iterable. */
  async function* follow(id: number, options: FollowOptions): AsyncGenerator<RunLogEvent, void, undefined> {
    const { signal, ...rest } = options
    const input = [id, rest]
    calls.push({ method: 'sync.runs.follow', input, principal: undefined, signal })
    const events = behaviour['sync.runs.follow']?.(input, signal) ?? [{ type: 'end', status: 'success' }]
    yield* events as AsyncIterable<RunLogEvent>
  }

  /** What the behaviour `name` answers is an iterable of what the method tells, async or not. */
  const loop =
    (name: string, principal: Principal | undefined) =>
    (...given: unknown[]) => {
      const options = given.at(-1)
      const signal = isOptions(options) ? options.signal : undefined
      const input = isOptions(options) ? given.slice(0, -1) : given
      calls.push({ method: name, input, principal, signal })
      const told = (behaviour[name]?.(input, signal) ?? []) as AsyncIterable<unknown>
      async function* tell() {
        yield* told
      }
      return tell()
    }

  const forPrincipal = (principal?: Principal): ServedGitferry =>
    ({
      // nothing happens here, so there is nothing to tell
      on: () => () => {},
      queueSize: () => ({ waiting: 0, running: 0 }),
      readiness: async () => ({
        status: 'ready',
        checks: { storage: 'ok', git: 'ok', scheduler: 'ok' },
      }),
      repos: { ...namespace('repos', principal), remotes: namespace('repos.remotes', principal) },
      branches: namespace('branches', principal),
      tags: namespace('tags', principal),
      content: namespace('content', principal),
      stats: namespace('stats', principal),
      projects: {
        ...namespace('projects', principal),
        members: namespace('projects.members', principal),
      },
      members: namespace('members', principal),
      publicKeys: namespace('publicKeys', principal),
      deployKeys: namespace('deployKeys', principal),
      protection: namespace('protection', principal),
      sync: {
        tasks: namespace('sync.tasks', principal),
        plans: namespace('sync.plans', principal),
        kept: namespace('sync.kept', principal),
        runs: { ...namespace('sync.runs', principal), follow },
      },
      jobs: namespace('jobs', principal),
      keys: namespace('keys', principal),
      credentials: namespace('credentials', principal),
      hostKeys: namespace('hostKeys', principal),
      notifications: {
        ...namespace('notifications', principal),
        channels: namespace('notifications.channels', principal),
        deliveries: namespace('notifications.deliveries', principal),
      },
      users: namespace('users', principal),
      tokens: namespace('tokens', principal),
      accessKeys: namespace('accessKeys', principal),
      audit: { ...namespace('audit', principal), export: loop('audit.export', principal) },
      eventsOf: loop('eventsOf', principal),
      system: namespace('system', principal),
      webhooks: namespace('webhooks', principal),
      asksForCredentials: async () => (behaviour.asksForCredentials?.([]) ?? false) as boolean,
      authenticate: async (token: string) => {
        const principal = await behaviour.authenticate?.([token])
        if (principal) return principal
        throw new GitferryError('UNAUTHENTICATED', 'No such token.')
      },
      authenticateSignature: async (request: IncomingSignedRequest) => {
        const principal = await behaviour.authenticateSignature?.([request])
        if (principal) return principal
        throw new GitferryError('UNAUTHENTICATED', 'No such key.', { details: { reason: 'not_found' } })
      },
      as: forPrincipal,
      refused: async (change: RefusedChange, error: GitferryError) => void refused.push({ change, error }),
    }) as unknown as ServedGitferry

  return { gitferry: forPrincipal(), calls, refused, behaviour }
}
