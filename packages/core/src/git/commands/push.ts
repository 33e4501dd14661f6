import type { FailureClass, RefOutcome } from '../../contract/index.ts'
import { GitferryError } from '../../errors/index.ts'
import type { GitCommand, GitProtocol } from '../command.ts'
import { requireFullRef, requireOid } from '../full-ref.ts'
import { classifyFailure } from '../parsers/failure.ts'
import { parsePushPorcelain } from '../parsers/push-porcelain.ts'

/** One ref of the target that is to change. */
export interface RefUpdate {
  /** Full name. */
  readonly ref: string
  /** What it is to become; `null`: deleted. */
  readonly oid: string | null
  /** What it must be now; `null`: it must not exist. */
  readonly expected: string | null
}

/** What became of one update. */
export interface RefResult {
  readonly ref: string
  readonly outcome: Extract<
    RefOutcome,
    'updated' | 'in_step' | 'checked_out' | 'protected' | 'stale' | 'rejected' | 'failed'
  >
  /** In git’s or the remote’s words, not redacted; empty when there is nothing to say. */
  readonly reason: string
  /**
   * What kind of trouble; null where there was none. `network`: it is not known what came of the update, it may have
   * been made: ask the remote.
   */
  readonly failure_class: FailureClass | null
}

export interface PushInput {
  readonly url: string
  readonly protocol: GitProtocol
  readonly updates: readonly RefUpdate[]
  /** All or none. Default: each ref on its own. */
  readonly atomic?: boolean | undefined
  readonly progress?: boolean | undefined
}

/**
 * The program at the other end of a push to this machine: there our settings do not reach, so they stand here.
 * No hook runs, no worktree is updated (a filter could run), whatever the target’s configuration says.
 */
const receivePack =
  'git -c core.hooksPath=/dev/null -c core.alternateRefsCommand=true -c core.fsmonitor=false ' +
  '-c receive.denyCurrentBranch=refuse -c receive.autogc=false receive-pack'

/**
 * Pushes, with a lease for every ref: an update is made only if the ref is still what `expected` says. A lease
 * that holds implies force, so what may not be forced has to be left out by the caller. Neither `--force` nor
 * `+` is ever used: each would override the lease.
 *
 * Answers one result per update, in their order; a ref that the remote did not take is a result, not an error. How many
 * fit on one command line: `batchUpdates`. Of an atomic push that failed, the ref at fault keeps its own reason, and the
 * others are `failed` and of its kind.
 * @throws REF_INVALID, INVALID_INPUT (a ref twice); GIT_REJECTED with `details.reason` `atomic_unsupported`; GIT_* when
 *   nothing could be pushed at all, or the push broke off before the remote said what it took: it may have taken all
 */
export function pushRefs(input: PushInput): GitCommand<RefResult[]> {
  const { url, protocol, updates, atomic = false, progress = false } = input
  const refs = new Set(updates.map(({ ref }) => requireFullRef(ref)))
  if (refs.size !== updates.length) {
    throw new GitferryError('INVALID_INPUT', 'A push names the same ref twice.')
  }
  return {
    args: [
      'push',
      '--porcelain',
      '--no-verify',
      '--no-signed',
      '--no-follow-tags',
      '--no-recurse-submodules',
      ...(atomic ? ['--atomic'] : []),
      progress ? '--progress' : '--no-progress',
      `--receive-pack=${protocol === 'file' ? receivePack : 'git-receive-pack'}`,
      ...updates.map(
        ({ ref, expected }) => `--force-with-lease=${ref}:${expected === null ? '' : requireOid(expected)}`,
      ),
      '--end-of-options',
      url,
      ...updates.map(({ ref, oid }) => `${oid === null ? '' : requireOid(oid)}:${ref}`),
    ],
    protocol,
    exactOutput: true,
    exitCodes: [1],
    parse({ exitCode, stdout, stderr }) {
      const results = parsePushPorcelain(stdout.toString('utf8'), stderr)
      // Over http git prints the refs that it had no need to send, or refused itself, though the push then broke off.
      if (exitCode !== 0 && updates.some(({ ref }) => !results.has(ref))) {
        throw classifyFailure({ verb: 'push', exitCode, stderr })
      }
      if (exitCode !== 0) {
        // A pack that cannot be made here lands nothing: what the remote says of each ref is only the wake of it.
        const failure = classifyFailure({ verb: 'push', exitCode, stderr })
        if (failure.details.reason === 'corrupt') throw failure
      }
      return updates.map(
        ({ ref }) =>
          results.get(ref) ?? {
            ref,
            outcome: 'failed',
            reason: 'git did not say what became of it',
            failure_class: 'network',
          },
      )
    },
  }
}
