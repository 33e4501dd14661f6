import type { GitferryApi } from '@gitferry/core/contract'
import { parseBaseUrl } from './endpoint-url.ts'
import { EventListeners } from './event-listeners.ts'
import { eventsOf } from './named-events.ts'
import { audit } from './resources/audit.ts'
import { branches } from './resources/branches.ts'
import { content, stats } from './resources/content.ts'
import { credentials, hostKeys } from './resources/credentials.ts'
import { accessKeys, tokens, users } from './resources/identities.ts'
import { jobs } from './resources/jobs.ts'
import { notifications } from './resources/notifications.ts'
import { deployKeys, members, projects, protection, publicKeys } from './resources/projects.ts'
import { repos } from './resources/repos.ts'
import { sshKeys } from './resources/ssh-keys.ts'
import { keptRefs, syncPlans } from './resources/sync-plans.ts'
import { syncRuns } from './resources/sync-runs.ts'
import { syncTasks } from './resources/sync-tasks.ts'
import { system } from './resources/system.ts'
import { tags } from './resources/tags.ts'
import { Transport } from './transport.ts'

export interface ClientOptions {
  /** Where the server stands: `http://localhost:38080`, with a path in front where a proxy puts one. */
  readonly baseUrl: string | URL
  /** Sent as `Authorization: Bearer …`. Without it the server answers only loopback callers. */
  readonly token?: string | undefined
  /** @default the platform's `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * How long one request may take, in ms. What waits for git (register, checkout, plan) has no limit of its own:
   * give a signal.
   * @default 30_000
   */
  readonly timeoutMs?: number | undefined
  /**
   * Gets what `on` can throw to nobody: the error of a listener, and the server's refusal, after which its listeners
   * hear nothing more. A server that is away is no such error: it is come back to.
   * @default throws it where nobody catches it, so that the platform reports it
   */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** gitferry at the other end of HTTP: the same methods, records and errors as the in-process object. */
export type GitferryClient = GitferryApi

/**
 * A client of one server. It keeps connections only while something listens (`on`, `events`, `follow`), so there is
 * nothing to close.
 *
 * Every method throws what `GitferryApi` documents, rebuilt from the answer, and besides: `SERVER_UNREACHABLE`
 * (no answer), `UNEXPECTED_RESPONSE` (an answer that is not gitferry's), `ABORTED` (the signal), and
 * `UNAUTHENTICATED` or `FORBIDDEN`. Reading is tried up to three times, a change never twice. Redirects are not
 * followed.
 *
 * @example
 * const gitferry = createClient({ baseUrl: 'http://localhost:38080', token })
 * const run = await gitferry.sync.tasks.run(1, { wait: true })
 *
 * @throws INVALID_INPUT when `baseUrl` or `token` cannot be used
 */
export function createClient({
  baseUrl,
  token,
  fetch,
  timeoutMs = 30_000,
  onError = throwAlone,
}: ClientOptions): GitferryClient {
  const transport = new Transport({ base: parseBaseUrl(baseUrl), token, fetch, timeoutMs })
  const runs = syncRuns(transport)
  const listeners = new EventListeners(transport, onError)
  return {
    repos: repos(transport),
    branches: branches(transport),
    sync: {
      tasks: syncTasks(transport, runs),
      plans: syncPlans(transport, runs),
      runs,
      kept: keptRefs(transport),
    },
    jobs: jobs(transport),
    tags: tags(transport),
    content: content(transport),
    stats: stats(transport),
    projects: projects(transport),
    members: members(transport, 'members'),
    publicKeys: publicKeys(transport),
    deployKeys: deployKeys(transport),
    protection: protection(transport),
    keys: sshKeys(transport),
    credentials: credentials(transport),
    hostKeys: hostKeys(transport),
    notifications: notifications(transport),
    users: users(transport),
    tokens: tokens(transport),
    accessKeys: accessKeys(transport),
    audit: audit(transport),
    system: system(transport),
    on: (name, listener) => listeners.on(name, listener),
    events: (name, options) => eventsOf(transport, name, options),
  } satisfies GitferryApi
}

function throwAlone(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
