import { type GitferryError, isGitferryError } from '../../errors/index.ts'
import type { GitCommand, GitProgress, GitRunner, GitRunOptions } from '../command.ts'
import type { OutgoingRule } from '../outgoing-rules.ts'
import type { LookupHost } from '../resolve-host.ts'
import { httpEndpoint, type LfsEndpoint, type LfsOperation } from './endpoint.ts'
import { type GitLfsPlace, lfsFetch, lfsPush } from './git-lfs.ts'
import type { LfsEnd } from './lfs-end.ts'
import type { LfsPointer } from './pointer.ts'
import { LfsRelay } from './relay.ts'
import { captureAnswer, readAnswer } from './ssh-answer.ts'
import { StallWatch } from './stall-watch.ts'
import { troubleToError } from './trouble.ts'

export interface ServerTransferContext {
  readonly runner: GitRunner
  readonly lookup: LookupHost
  readonly allowOutgoing: readonly OutgoingRule[]
}

export interface ServerTransfer {
  readonly operation: LfsOperation
  readonly end: Exclude<LfsEnd, { kind: 'folder' }>
  readonly pointers: readonly LfsPointer[]
  /** A repository with the commit of `commitPointers` and nothing else: git-lfs has to stand in one. */
  readonly gitDir: string
  /** The folder whose `objects` are filled, or sent. */
  readonly storage: string
}

export type LfsTransferOptions = Pick<GitRunOptions, 'signal' | 'timeoutMs' | 'stallTimeoutMs' | 'onProgress'>

/** Oids on a command line: 32 KiB of them. */
const oidsAtATime = 500

/**
 * Fetches objects from a server, or pushes them there, by git-lfs behind an `LfsRelay`.
 * @throws LFS_FAILED with the reason; GIT_STALLED, GIT_TIMEOUT, ABORTED; HOST_KEY_MISMATCH, GIT_AUTH_FAILED,
 *   GIT_UNREACHABLE from ssh
 */
export async function transferWithServer(
  transfer: ServerTransfer,
  context: ServerTransferContext,
  options: LfsTransferOptions,
): Promise<void> {
  const { end, gitDir, operation, pointers, storage } = transfer
  using watch = new StallWatch(options.stallTimeoutMs, options.signal)
  let done = 0
  await using relay = await LfsRelay.open({
    ...context,
    signal: watch.signal,
    operation,
    oids: new Set(pointers.map(({ oid }) => oid)),
    endpoint: () => endpointOf(end, storage),
    onBytes: watch.moved,
    onObject() {
      done += 1
      options.onProgress?.(progressOf(operation, done, pointers.length))
    },
  })
  const secrets = [...relay.secrets, ...(end.kind === 'http' ? end.secrets : [])]
  const place = await placeOf(end, storage, relay.url)
  try {
    for (const command of commandsFor(operation, place, pointers)) {
      await runAt(end, context.runner, command, {
        gitDir,
        signal: watch.signal,
        timeoutMs: options.timeoutMs,
        secrets,
      })
    }
  } catch (error) {
    const side = operation === 'download' ? 'source' : 'target'
    const isTold = relay.trouble !== undefined || relay.objectErrors.length > 0
    if (!isGitferryError(error) || (!isTold && error.code !== 'GIT_FAILED')) throw watch.explain(error)
    if (certain.has(error.code)) throw watch.explain(error)
    throw troubleToError(relay.objectErrors, relay.trouble, { side, secrets, fallback: error })
  }
}

/** What says all there is, whatever the relay saw break off in its wake. */
const certain: ReadonlySet<GitferryError['code']> = new Set([
  'ABORTED',
  'GIT_TIMEOUT',
  'DISK_FULL',
  'HOST_KEY_MISMATCH',
])

const endpointOf = async (end: ServerTransfer['end'], storage: string): Promise<LfsEndpoint> =>
  end.kind === 'ssh' ? readAnswer(storage) : httpEndpoint(end.url, end.authorization)

async function placeOf(end: ServerTransfer['end'], storage: string, relayUrl: string): Promise<GitLfsPlace> {
  if (end.kind === 'http') return { endpoint: relayUrl, storage }
  return { endpoint: end.url, storage, sshCommand: await captureAnswer(end.sshCommand, storage, relayUrl) }
}

function commandsFor(
  operation: LfsOperation,
  place: GitLfsPlace,
  pointers: readonly LfsPointer[],
): GitCommand<void>[] {
  if (operation === 'download') return [lfsFetch(place)]
  const oids = pointers.map(({ oid }) => oid)
  const count = Math.ceil(oids.length / oidsAtATime)
  return Array.from({ length: count }, (_, index) =>
    lfsPush(place, oids.slice(index * oidsAtATime, (index + 1) * oidsAtATime)),
  )
}

const runAt = (
  end: ServerTransfer['end'],
  runner: GitRunner,
  command: GitCommand<void>,
  options: GitRunOptions,
): Promise<void> => (end.kind === 'ssh' ? end.run(command, options) : runner.run(command, options))

const progressOf = (operation: LfsOperation, done: number, total: number): GitProgress => ({
  stage: operation === 'download' ? 'Downloading LFS objects' : 'Uploading LFS objects',
  done,
  total,
  percent: Math.floor((done * 100) / total),
})
