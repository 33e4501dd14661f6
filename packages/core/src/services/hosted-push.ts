import type { Principal, RepoRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { GitExchange, GitExchangeEnd } from '../git/serving/git-service.ts'
import type { AskedRefs } from '../git/serving/push-command-reader.ts'
import type { MovedRef } from '../git/serving/push-commands.ts'
import { PushGate } from '../git/serving/push-gate.ts'
import type { PushFolder, PushHooks } from '../git/serving/push-hooks.ts'
import type { Clock, StorageAdapter } from '../ports/index.ts'
import type { PushRule } from '../protection/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { AfterPush } from './after-push.ts'
import type { AuditDraft, AuditLog } from './audit-log.ts'
import { FreshRules } from './fresh-rules.ts'

interface HostedPushDeps {
  readonly principal: Principal
  readonly repo: RepoRow
  readonly storage: Pick<StorageAdapter, 'transaction'>
  readonly audit: AuditLog
  readonly events: EventBus
  readonly clock: Pick<Clock, 'now'>
  readonly hooks: PushHooks
  readonly afterPush: AfterPush
  /** What the principal may push now. @throws ROLE_MISSING */
  readonly rules: () => Promise<readonly PushRule[]>
  /** Has git talk with the client. */
  readonly talk: (exchange: GitExchange, env: Readonly<Record<string, string>>) => Promise<GitExchangeEnd>
}

/**
 * One use of `receive-pack`. It is a change, with its audit entry, from the moment on at which the client has named a ref
 * that is to be moved; a client that only looks leaves none.
 */
export class HostedPush {
  readonly #deps: HostedPushDeps

  constructor(deps: HostedPushDeps) {
    this.#deps = deps
  }

  /** @throws STORE_FAILED, ROLE_MISSING, CLOSED, GIT_*, ABORTED; what the exchange throws */
  async receive(exchange: GitExchange): Promise<GitExchangeEnd> {
    const { hooks, talk } = this.#deps
    const folder = await hooks.open()
    const gate = new PushGate(exchange.input)
    const givenUp = new AbortController()
    const signal = exchange.signal ? AbortSignal.any([exchange.signal, givenUp.signal]) : givenUp.signal
    const talking = talk({ ...exchange, input: gate, signal }, folder.env)
    try {
      const asked = await Promise.race([gate.asked, talking.then(() => undefined)])
      if (asked === undefined) return await talking
      return await this.#push(asked, { folder, gate, talking })
    } catch (error) {
      givenUp.abort(error)
      await talking.catch(() => {})
      throw error
    } finally {
      await folder.remove()
    }
  }

  async #push(
    asked: AskedRefs,
    use: { readonly folder: PushFolder; readonly gate: PushGate; readonly talking: Promise<GitExchangeEnd> },
  ): Promise<GitExchangeEnd> {
    const { afterPush, audit, events, principal, repo } = this.#deps
    const { folder, gate, talking } = use
    const subject = { type: 'push', object_type: 'repo', object_id: repo.id } as const
    let refusal: GitferryError | undefined
    let landed: readonly MovedRef[] = []
    try {
      return await audit.attempt(principal, subject, async (draft) => {
        draft.note({ details: detailsOf(asked) })
        const rules = new FreshRules(this.#deps, folder)
        await rules.write()
        await draft.begin()
        gate.open(() => rules.refresh())
        const ended = await settled(talking)
        landed = await folder.moved()
        if (landed.length > 0) await this.#record(draft, asked, landed, rules.rules)
        else if ('error' in ended && (await folder.hasPassed())) draft.doubt()
        if ('error' in ended) throw ended.error
        if (landed.length === 0) {
          refusal = refused(await folder.wasRefused())
          throw refusal
        }
        return ended.end
      })
    } catch (error) {
      // git has told the client already
      if (error === refusal) return await talking
      throw error
    } finally {
      if (landed.length > 0) {
        events.emit('repo.pushed', { repo_id: repo.id, refs: landed.slice(0, shown).map(named) })
        afterPush.tidy(repo)
      }
    }
  }

  /** The entry of a push of which something landed, whatever became of the rest, and of the client. */
  async #record(
    draft: AuditDraft,
    asked: AskedRefs,
    landed: readonly MovedRef[],
    rules: readonly PushRule[],
  ): Promise<void> {
    const { afterPush, clock, repo, storage } = this.#deps
    const head = await afterPush.bearHead(repo, landed, rules)
    const refs = new Set(landed.map(({ ref }) => ref))
    draft.note({ details: { ...detailsOf(asked, refs), ...(head !== undefined && { head }) } })
    const changes = {
      updated_at: new Date(clock.now()).toISOString(),
      ...(head !== undefined && { default_branch: head }),
    }
    await storage.transaction(async (session) => {
      await session.collection('repos').update(repo.id, changes)
      await draft.write(session)
    })
  }
}

/** How many refs an event names. */
const shown = 100

const named = ({ ref, old, new: oid }: MovedRef) => ({ ref, old_oid: old, new_oid: oid })

const detailsOf = ({ refs, total }: AskedRefs, landed?: ReadonlySet<string>) => ({
  refs: refs.map((moved) => ({
    ...named(moved),
    ...(landed && { outcome: landed.has(moved.ref) ? 'updated' : 'rejected' }),
  })),
  ...(total > refs.length && { refs_total: total }),
})

const refused = (byRule: boolean): GitferryError =>
  byRule
    ? new GitferryError('REF_PROTECTED', 'A protected branch or tag stands in the way of the push.')
    : new GitferryError('GIT_REJECTED', 'git has refused the push, and told the client why.')

const settled = (talking: Promise<GitExchangeEnd>) =>
  talking.then(
    (end) => ({ end }),
    (error: unknown) => ({ error }),
  )
