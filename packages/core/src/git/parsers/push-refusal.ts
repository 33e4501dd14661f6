import type { RefResult } from '../commands/push.ts'
import { type RemoteWords, ruleFor, tooBig } from './remote-words.ts'

export type Refusal = Pick<RefResult, 'outcome' | 'failure_class' | 'reason'>

/** The ref itself had nothing wrong with it: another one held the whole atomic push up. */
export const isHeldUp = (reason: string): boolean => /^atomic push fail(?:ed|ure)$/.test(reason)

/** All of an atomic push, though only one may be at fault; which one, only the remote's lines tell. */
export const isTransactionFailure = (reason: string): boolean => reason === 'atomic transaction failed'

/** Words of a race: somebody else moved the ref, or is moving it now. */
const race =
  /cannot lock ref|failed to (?:lock|update ref)|incorrect old value|reference (?:already exists|is missing)|unable to resolve reference|remote ref updated since|atomic transaction failed/i
/** `a` and `a/b`: no plan tries that with refs that it knows of, so somebody made one since it was listed. */
const clash = /' exists; cannot create '|non-empty directory|refname conflict|cannot process '[^']*' and '/i
const lock = /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference/
/** What is wrong with the store here: it lacks an object, or its history. */
const ours = /missing necessary objects|shallow/i
/** Trouble of the remote’s own, which may be over next time. */
const trouble = /unpacker error|bad pack|unable to migrate|internal (?:server )?error|no space|disk quota/i
const hook = /hook declined$/

const refusal = (
  outcome: Refusal['outcome'],
  failure_class: Refusal['failure_class'],
  reason: string,
): Refusal => ({ outcome, failure_class, reason })

/** What a line of `push --porcelain` with the flag `!` means. `summary`: `[remote rejected]`; `reason`: what follows in brackets. */
export function readRefusal(ref: string, summary: string, reason: string, words: RemoteWords): Refusal {
  // what came of it is not known: it may have landed
  if (summary === '[remote failure]') return refusal('failed', 'network', reason)
  if (summary === '[rejected]') return refusedHere(reason)
  if (summary !== '[remote rejected]') return refusal('failed', 'local', reason)
  return refusedThere(ref, reason, words)
}

/** Git itself refuses where the ref is not what the lease says, or would have to be forced. */
function refusedHere(reason: string): Refusal {
  if (isHeldUp(reason)) return refusal('failed', null, reason)
  if (ours.test(reason)) return refusal('failed', 'local', reason)
  return refusal('stale', 'race', reason)
}

function refusedThere(ref: string, reason: string, words: RemoteWords): Refusal {
  const held = words.locks.get(ref)
  if (isHeldUp(reason)) return refusal('failed', null, reason)
  // one of the refs is at fault, and it is not this one
  if (isTransactionFailure(reason) && words.locks.size > 0 && held === undefined) {
    return refusal('failed', null, reason)
  }
  if (/branch is currently checked out/i.test(reason)) return refusal('checked_out', 'policy', reason)
  if (race.test(reason)) {
    if (clash.test(held ?? reason)) return refusal('stale', 'race', held ?? reason)
    return refusal('stale', 'race', held !== undefined && lock.test(held) ? held : reason)
  }
  if (clash.test(reason)) return refusal('stale', 'race', reason)
  if (tooBig.test(reason)) return refusal('rejected', 'too_big', reason)
  if (ours.test(reason)) return refusal('failed', 'local', reason)
  if (trouble.test(reason)) {
    if (words.isTooBig) return refusal('rejected', 'too_big', `${reason}: larger than the remote takes`)
    if (words.isBadObject) return refusal('rejected', 'policy', `${reason}: its check of the objects failed`)
    return refusal('failed', words.isUnreadable ? 'local' : 'network', reason)
  }
  // one ref that breaks a rule makes this hook decline all
  const ruleOfAll = reason === 'pre-receive hook declined' ? words.rules[0] : undefined
  const rule = hook.test(reason) ? (ruleFor(ref, words.rules) ?? ruleOfAll) : undefined
  const isTooBig = hook.test(reason) && words.isTooBig
  const why = rule ?? (hook.test(reason) ? words.said : undefined)
  return refusal(
    'rejected',
    isTooBig ? 'too_big' : 'policy',
    why === undefined ? reason : `${reason}: ${why}`,
  )
}
