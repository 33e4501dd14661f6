import type { GitferryApi } from '@gitferry/core/contract'
import type { ApiSubject, apiRules } from '@gitferry/core/testing'

/** Methods that are put in place of the API’s own. */
export interface Breaks {
  readonly repos?: Partial<GitferryApi['repos']>
  readonly branches?: Partial<GitferryApi['branches']>
  readonly tasks?: Partial<GitferryApi['sync']['tasks']>
  readonly plans?: Partial<GitferryApi['sync']['plans']>
  readonly runs?: Partial<GitferryApi['sync']['runs']>
  readonly kept?: Partial<GitferryApi['sync']['kept']>
  readonly jobs?: Partial<GitferryApi['jobs']>
  readonly audit?: Partial<GitferryApi['audit']>
  readonly system?: Partial<GitferryApi['system']>
  readonly remotes?: Partial<GitferryApi['repos']['remotes']>
  readonly tags?: Partial<GitferryApi['tags']>
  readonly content?: Partial<GitferryApi['content']>
  readonly stats?: Partial<GitferryApi['stats']>
  readonly projects?: Partial<GitferryApi['projects']>
  readonly members?: Partial<GitferryApi['members']>
  readonly publicKeys?: Partial<GitferryApi['publicKeys']>
  readonly deployKeys?: Partial<GitferryApi['deployKeys']>
  readonly protection?: Partial<GitferryApi['protection']>
  readonly keys?: Partial<GitferryApi['keys']>
  readonly credentials?: Partial<GitferryApi['credentials']>
  readonly hostKeys?: Partial<GitferryApi['hostKeys']>
  readonly users?: Partial<GitferryApi['users']>
  readonly tokens?: Partial<GitferryApi['tokens']>
  readonly accessKeys?: Partial<GitferryApi['accessKeys']>
  readonly preview?: GitferryApi['notifications']['preview']
  readonly channels?: Partial<GitferryApi['notifications']['channels']>
  readonly deliveries?: Partial<GitferryApi['notifications']['deliveries']>
  readonly on?: GitferryApi['on']
  readonly events?: GitferryApi['events']
  readonly signedIn?: ApiSubject['signedIn']
}

/** `service` with some of its methods replaced. */
function replace<Service extends object>(service: Service, methods: Partial<Service> = {}): Service {
  return new Proxy(service, {
    get: (target, name) => {
      const method: unknown = Reflect.get(Object.hasOwn(methods, name) ? methods : target, name, target)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
}

/** `api` with these methods in place of its own. */
export const broken = (api: GitferryApi, breaks: Breaks): GitferryApi => ({
  repos: replace(api.repos, { ...breaks.repos, remotes: replace(api.repos.remotes, breaks.remotes) }),
  branches: replace(api.branches, breaks.branches),
  sync: {
    tasks: replace(api.sync.tasks, breaks.tasks),
    plans: replace(api.sync.plans, breaks.plans),
    runs: replace(api.sync.runs, breaks.runs),
    kept: replace(api.sync.kept, breaks.kept),
  },
  jobs: replace(api.jobs, breaks.jobs),
  tags: replace(api.tags, breaks.tags),
  content: replace(api.content, breaks.content),
  stats: replace(api.stats, breaks.stats),
  projects: replace(api.projects, breaks.projects),
  members: replace(api.members, breaks.members),
  publicKeys: replace(api.publicKeys, breaks.publicKeys),
  deployKeys: replace(api.deployKeys, breaks.deployKeys),
  protection: replace(api.protection, breaks.protection),
  keys: replace(api.keys, breaks.keys),
  credentials: replace(api.credentials, breaks.credentials),
  hostKeys: replace(api.hostKeys, breaks.hostKeys),
  notifications: replace(api.notifications, {
    channels: replace(api.notifications.channels, breaks.channels),
    deliveries: replace(api.notifications.deliveries, breaks.deliveries),
    ...(breaks.preview && { preview: breaks.preview }),
  }),
  users: replace(api.users, breaks.users),
  tokens: replace(api.tokens, breaks.tokens),
  accessKeys: replace(api.accessKeys, breaks.accessKeys),
  audit: replace(api.audit, breaks.audit),
  system: replace(api.system, breaks.system),
  on: breaks.on ?? ((name, listener) => api.on(name, listener)),
  events: breaks.events ?? ((name, options) => api.events(name, options)),
})

/** What a rule is about, the rule that must notice, and how the API is broken. */
export type Break = readonly [
  about: keyof typeof apiRules,
  rule: string,
  breaks: (subject: ApiSubject) => Breaks,
]

/** What is broken → how. */
export type BreakTable = Readonly<Record<string, Break>>
