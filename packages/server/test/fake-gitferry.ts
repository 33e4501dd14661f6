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
import { type GitferryError, parseInput } from '@gitferry/core/errors'
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

/** The contract’s own rules, where a test needs a service that refuses. */
const rules: Fake['behaviour'] = {
  'repos.list': ([query]) => {
    parseInput(pageQuery, query)
    return { items: [{ id: 1 }, { id: 2 }], total: 2, page: 1, page_size: 20 }
  },
  'repos.register': ([input]) => parseInput(registerRepo, input),
  'branches.list': () => ({ items: [], total: 0, page: 1, page_size: 20 }),
  'branches.create': ([, input]) => parseInput(createBranch, input),
  'sync.tasks.list': () => ({ items: [{ id: 5 }], total: 1, page: 1, page_size: 20 }),
  'sync.tasks.create': ([input]) => parseInput(createSyncTask, input),
  'sync.runs.list': () => ({ items: [], total: 0, page: 1, page_size: 20 }),
  'sync.runs.log': () => 'erste Zeile: größer\nsecond line\n',
  'audit.list': () => ({ items: [], total: 0, page: 1, page_size: 20 }),
  'system.health': () => ({ status: 'ok' }),
}

const methods = {
  repos: ['list', 'get', 'register', 'update', 'delete'],
  branches: ['list', 'create', 'checkout', 'delete'],
  'sync.tasks': ['list', 'get', 'create', 'update', 'delete', 'run', 'plan'],
  'sync.runs': ['list', 'get', 'log'],
  audit: ['list'],
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

  const forPrincipal = (principal?: Principal): ServedGitferry =>
    ({
      repos: namespace('repos', principal),
      branches: namespace('branches', principal),
      sync: {
        tasks: namespace('sync.tasks', principal),
        runs: { ...namespace('sync.runs', principal), follow },
      },
      audit: namespace('audit', principal),
      system: namespace('system', principal),
      as: forPrincipal,
      refused: async (change: RefusedChange, error: GitferryError) => void refused.push({ change, error }),
    }) as unknown as ServedGitferry

  return { gitferry: forPrincipal(), calls, refused, behaviour }
}
