import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { parseInput } from '../errors/index.ts'
import type {
  Clock,
  Logger,
  NotifierAdapter,
  QueueAdapter,
  SecretBox,
  StorageAdapter,
} from '../ports/index.ts'
import { silentLogger } from '../ports/index.ts'
import { systemClock } from './system-clock.ts'
import { type WebhookOptions, webhookOptions } from './webhook-options.ts'

export interface GitferryOptions {
  /** Where records are kept: `sqliteStorage({ path })` of `@gitferry/adapters/storage/sqlite`, or another. */
  readonly storage: StorageAdapter
  /** Where stores and locks are kept; made when absent, one gitferry each. Default `./data`. */
  readonly dataDir?: string | undefined
  /**
   * Absolute folders under which a registered repository, and a remote given by path, must lie. Unset: the
   * application is trusted with every path.
   */
  readonly repoRoots?: readonly string[] | undefined
  /** User ids, besides the process's own, whose repositories may be registered. Default none. */
  readonly trustedOwners?: readonly number[] | undefined
  /**
   * Hosts (`host`, `host:port`, CIDR) that remotes may use although they are private, or reached by plain http.
   * Default none.
   */
  readonly allowOutgoing?: readonly string[] | undefined
  /**
   * Whether the first contact with an SSH server is refused until somebody accepts its key: nothing is sent to it before.
   * Pinned and built-in keys are believed. Default false: what the first contact shows is recorded, and from then on the
   * server is known by it.
   */
  readonly strictHostKeys?: boolean | undefined
  /** The git binary. Default: the `git` of `searchPath`. */
  readonly git?: string | undefined
  /** Folders to look for git in, `:`-separated. Default `/usr/local/bin:/usr/bin:/bin` and Homebrew's. */
  readonly searchPath?: string | undefined
  /** Default: in this process. */
  readonly queue?: QueueAdapter | undefined
  /** The most bytes that one push to a hosted repository may bring. Default 2 GiB, which is GitHub’s. */
  readonly maxPushBytes?: number | undefined
  /**
   * The longest that one push to a hosted repository may take, in ms, from when git starts to take it in until it has ended.
   * Default an hour.
   */
  readonly pushTimeoutMs?: number | undefined
  /** Runs at the same time, over all repositories. Default 4. */
  readonly concurrency?: number | undefined
  /**
   * How often a run tries again by itself when the network failed, after waits of about 1, 4 and 16 s. Default 2; what
   * fails then is tried again by the schedule.
   */
  readonly networkRetries?: number | undefined
  /**
   * Runs at the same time that fetch from, or push to, the same host (its name, whatever the port), so that a slow
   * host does not hold every slot, and a provider is not asked too much at once. Default 2. An own `queue` has limits of
   * its own.
   */
  readonly concurrencyPerHost?: number | undefined
  /**
   * Whether gits are started through one small process of ours, so that starting them does not hold up the event
   * loop of a large application, and none outlives an application that is killed. Default true; where it cannot be
   * had (Electron, a single executable) a warning says so and gits are started directly. Turn it off where every
   * process counts, or where an application of a few dozen MB must not have a second Node (50 MB resident, four fifths of
   * it shared) beside it.
   */
  readonly forkServer?: boolean | undefined
  /**
   * Seals stored secrets: `aesGcmSecrets({ keyFile })` of `@gitferry/adapters/secrets/aes-gcm`. Default: none; then
   * keys, credentials and channels are refused with SECRETS_UNAVAILABLE, and audit entries stay unsealed.
   */
  readonly secrets?: SecretBox | undefined
  /** What sends notifications, one a channel type: `dingtalkNotifier()`, … Default: none. */
  readonly notifiers?: readonly NotifierAdapter[] | undefined
  /** Who may send webhooks. Default: nobody, because none is taken without a secret. */
  readonly webhooks?: WebhookOptions | undefined
  /** Default: says nothing. */
  readonly logger?: Logger | undefined
  readonly clock?: Clock | undefined
  /** A number from 0 to 1 for the backoff's jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** What `system.version()` answers. Default: the package's version, the rest `unknown`. */
  readonly version?: { readonly version: string; readonly build_time: string; readonly git_commit: string }
}

const absolutePath = z.string().refine((path) => isAbsolute(path), 'must be an absolute path')

/** A part that the application hands in: known by the method that every one of its kind has. */
const part = <Part>(method: string, kind: string) =>
  z.custom<Part>(
    (value) => typeof (value as Readonly<Record<string, unknown>> | null)?.[method] === 'function',
    `must be ${kind}`,
  )

const text = z.string({ error: 'must be text' })

// strict: a misspelled repoRoots would trust every path
const schema = z.strictObject({
  dataDir: z.string().min(1).default('data'),
  repoRoots: z.array(absolutePath).min(1).nullable().default(null),
  trustedOwners: z.array(z.int().min(0)).default([]),
  allowOutgoing: z.array(z.string().min(1)).default([]),
  strictHostKeys: z.boolean().default(false),
  git: absolutePath.optional(),
  searchPath: z.string().default('/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'),
  maxPushBytes: z
    .int()
    .min(1)
    .default(2 * 1024 ** 3),
  // setTimeout takes no more
  pushTimeoutMs: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(3_600_000),
  concurrency: z.int().min(1).max(64).default(4),
  networkRetries: z.int().min(0).max(10).default(2),
  concurrencyPerHost: z.int().min(1).max(64).default(2),
  storage: part<StorageAdapter>('transaction', 'a storage adapter'),
  forkServer: z.boolean().default(true),
  queue: part<QueueAdapter>('enqueue', 'a queue adapter').optional(),
  secrets: part<SecretBox>('unseal', 'a secret box').optional(),
  notifiers: z.array(part<NotifierAdapter>('send', 'a notifier adapter')).default([]),
  webhooks: webhookOptions,
  logger: part<Logger>('warn', 'a logger').default(() => silentLogger),
  clock: part<Clock>('setTimer', 'a clock').default(() => systemClock),
  random: z
    .custom<() => number>((value) => typeof value === 'function', 'must be a function')
    .default(() => Math.random),
  version: z
    .object({ version: text, build_time: text, git_commit: text })
    .default({ version: 'v0.1.0', build_time: 'unknown', git_commit: 'unknown' }),
})

/** Fills in the defaults. @throws INVALID_INPUT naming the option */
export function resolveOptions(options: GitferryOptions) {
  const resolved = parseInput(schema, options)
  return Object.freeze({ ...resolved, dataDir: resolve(resolved.dataDir) })
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>
