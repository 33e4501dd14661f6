import type { GitferryApi, GitferryEvent } from '../contract/index.ts'
import type { EndpointName } from '../wire/index.ts'

/** How a method tells that it is refused: its promise rejects, its loop throws at the first step, or the call throws. */
export type Refusing = 'promise' | 'loop' | 'call'

/** The endpoint whose right a method asks for. */
export interface MethodRight<How extends Refusing = Refusing> {
  readonly endpoint: EndpointName
  readonly refusing: How
}

type RefusingOf<Answer> =
  Answer extends Promise<unknown> ? 'promise' : Answer extends AsyncIterable<unknown> ? 'loop' : 'call'

/** A right for every method of an interface, and of those that it holds. */
export type MethodRights<Api> = {
  readonly [Name in keyof Api]: Api[Name] extends (...given: never[]) => infer Answer
    ? MethodRight<RefusingOf<Answer>>
    : MethodRights<Api[Name]>
}

/** What is guarded: the API, and its events as a process has them besides. */
export interface GuardedApi extends GitferryApi {
  eventsOf(names?: readonly string[]): AsyncIterable<GitferryEvent>
}

const promise = (endpoint: EndpointName) => ({ endpoint, refusing: 'promise' }) as const
const loop = (endpoint: EndpointName) => ({ endpoint, refusing: 'loop' }) as const
const call = (endpoint: EndpointName) => ({ endpoint, refusing: 'call' }) as const

/** The endpoint of every method: what it asks for over HTTP, it asks for in process. */
export const methodRights = {
  repos: {
    list: promise('repos.list'),
    all: loop('repos.list'),
    get: promise('repos.get'),
    register: promise('repos.register'),
    update: promise('repos.update'),
    delete: promise('repos.delete'),
    clone: promise('repos.clone'),
    create: promise('repos.create'),
    fork: promise('repos.fork'),
    remotes: {
      list: promise('repos.remotes.list'),
      all: loop('repos.remotes.list'),
      add: promise('repos.remotes.add'),
      update: promise('repos.remotes.update'),
      delete: promise('repos.remotes.delete'),
      test: promise('repos.remotes.test'),
    },
  },
  branches: {
    list: promise('branches.list'),
    all: loop('branches.list'),
    create: promise('branches.create'),
    checkout: promise('branches.checkout'),
    delete: promise('branches.delete'),
  },
  tags: {
    list: promise('tags.list'),
    all: loop('tags.list'),
    get: promise('tags.get'),
    create: promise('tags.create'),
    delete: promise('tags.delete'),
  },
  content: {
    commits: promise('content.commits'),
    tree: promise('content.tree'),
    blob: promise('content.blob'),
    compare: promise('content.compare'),
    createCommit: promise('content.createCommit'),
    archive: promise('content.archive'),
  },
  stats: { get: promise('stats.get') },
  projects: {
    list: promise('projects.list'),
    all: loop('projects.list'),
    get: promise('projects.get'),
    create: promise('projects.create'),
    delete: promise('projects.delete'),
    members: {
      list: promise('projects.members.list'),
      all: loop('projects.members.list'),
      set: promise('projects.members.set'),
      delete: promise('projects.members.delete'),
    },
  },
  members: {
    list: promise('members.list'),
    all: loop('members.list'),
    set: promise('members.set'),
    delete: promise('members.delete'),
  },
  publicKeys: {
    list: promise('publicKeys.list'),
    all: loop('publicKeys.list'),
    add: promise('publicKeys.add'),
    delete: promise('publicKeys.delete'),
    verify: promise('publicKeys.verify'),
  },
  deployKeys: {
    list: promise('deployKeys.list'),
    all: loop('deployKeys.list'),
    add: promise('deployKeys.add'),
    delete: promise('deployKeys.delete'),
  },
  protection: {
    list: promise('protection.list'),
    all: loop('protection.list'),
    set: promise('protection.set'),
    delete: promise('protection.delete'),
  },
  sync: {
    tasks: {
      list: promise('sync.tasks.list'),
      all: loop('sync.tasks.list'),
      get: promise('sync.tasks.get'),
      create: promise('sync.tasks.create'),
      update: promise('sync.tasks.update'),
      delete: promise('sync.tasks.delete'),
      run: promise('sync.tasks.run'),
      plan: promise('sync.tasks.plan'),
      pause: promise('sync.tasks.pause'),
      resume: promise('sync.tasks.resume'),
    },
    plans: {
      list: promise('sync.plans.list'),
      all: loop('sync.plans.list'),
      get: promise('sync.plans.get'),
      apply: promise('sync.plans.apply'),
    },
    runs: {
      list: promise('sync.runs.list'),
      all: loop('sync.runs.list'),
      get: promise('sync.runs.get'),
      wait: promise('sync.runs.get'),
      log: promise('sync.runs.log'),
      follow: loop('sync.runs.log'),
      cancel: promise('sync.runs.cancel'),
      retry: promise('sync.runs.retry'),
      restore: promise('sync.runs.restore'),
    },
    kept: { list: promise('sync.kept.list'), all: loop('sync.kept.list') },
  },
  jobs: {
    list: promise('jobs.list'),
    all: loop('jobs.list'),
    get: promise('jobs.get'),
    wait: promise('jobs.get'),
    cancel: promise('jobs.cancel'),
  },
  keys: {
    list: promise('keys.list'),
    all: loop('keys.list'),
    get: promise('keys.get'),
    create: promise('keys.create'),
    generate: promise('keys.generate'),
    update: promise('keys.update'),
    delete: promise('keys.delete'),
    test: promise('keys.test'),
  },
  credentials: {
    list: promise('credentials.list'),
    all: loop('credentials.list'),
    get: promise('credentials.get'),
    create: promise('credentials.create'),
    delete: promise('credentials.delete'),
  },
  hostKeys: {
    list: promise('hostKeys.list'),
    all: loop('hostKeys.list'),
    create: promise('hostKeys.create'),
    accept: promise('hostKeys.accept'),
    delete: promise('hostKeys.delete'),
  },
  notifications: {
    channels: {
      list: promise('notifications.channels.list'),
      all: loop('notifications.channels.list'),
      get: promise('notifications.channels.get'),
      create: promise('notifications.channels.create'),
      update: promise('notifications.channels.update'),
      delete: promise('notifications.channels.delete'),
      test: promise('notifications.channels.test'),
    },
    deliveries: {
      list: promise('notifications.deliveries.list'),
      all: loop('notifications.deliveries.list'),
      get: promise('notifications.deliveries.get'),
      retry: promise('notifications.deliveries.retry'),
    },
    preview: promise('notifications.preview'),
  },
  users: {
    list: promise('users.list'),
    all: loop('users.list'),
    create: promise('users.create'),
    delete: promise('users.delete'),
  },
  tokens: {
    list: promise('tokens.list'),
    all: loop('tokens.list'),
    create: promise('tokens.create'),
    delete: promise('tokens.delete'),
  },
  accessKeys: {
    list: promise('accessKeys.list'),
    all: loop('accessKeys.list'),
    create: promise('accessKeys.create'),
    delete: promise('accessKeys.delete'),
  },
  audit: {
    list: promise('audit.list'),
    all: loop('audit.list'),
    get: promise('audit.get'),
    verify: promise('audit.verify'),
    export: loop('audit.export'),
  },
  system: { health: promise('system.health'), version: promise('system.version') },
  on: call('events'),
  events: loop('events'),
  eventsOf: loop('events'),
} as const satisfies MethodRights<GuardedApi>
