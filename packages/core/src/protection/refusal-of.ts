import { matchesName } from './matches-name.ts'
import type { PushRule } from './push-rules.ts'

/** A ref that somebody wants to change. */
export interface AskedUpdate {
  /** Full name. */
  readonly ref: string
  /** What it is now; `null`: it is not there. */
  readonly old: string | null
  /** What it is to become; `null`: it is to be deleted. */
  readonly new: string | null
  /** Whether commits of the old value would be left out; only asked of branches that are there and stay. */
  readonly isForced: boolean
}

const ownRefs = /^refs\/(?:gitferry|remotes)(?:\/|$)/

/**
 * Why an update is refused, in a sentence for people; `undefined`: it is not. Pure. The hook of hosted repositories says
 * the same in the same words (`git/serving/pre-receive-script.ts`).
 */
export function refusalOf(update: AskedUpdate, rules: readonly PushRule[]): string | undefined {
  const { ref } = update
  if (ownRefs.test(ref)) return `${ref} cannot be pushed: gitferry keeps names like this for itself.`
  const [, folder, name] = /^refs\/(heads|tags)\/(.+)$/s.exec(ref) ?? []
  if (name === undefined) return undefined
  const kind = folder === 'heads' ? 'branch' : 'tag'
  const matching = rules.filter((rule) => rule.kind === kind && matchesName(name, rule.name))
  const why = kind === 'branch' ? branchRefusal(update, matching) : tagRefusal(update, matching)
  return why && `${name} is protected: ${why}.`
}

function branchRefusal(update: AskedUpdate, matching: readonly PushRule[]): string | undefined {
  if (matching.length === 0) return undefined
  if (update.new === null) return 'it cannot be deleted'
  const refused = matching.find(({ refusal }) => refusal !== null)?.refusal
  if (refused) return refused
  return update.old !== null && update.isForced
    ? 'its history cannot be rewritten (fetch and merge first)'
    : undefined
}

function tagRefusal(update: AskedUpdate, matching: readonly PushRule[]): string | undefined {
  const verb = update.new === null ? 'delete' : update.old === null ? 'create' : 'move'
  return matching.find(({ refusal }) => refusal !== null)?.refusal?.replace('VERB', verb)
}
