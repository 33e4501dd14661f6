import type { PushRule } from './push-rules.ts'
import { refusalOf } from './refusal-of.ts'

/** Stands for a value of which nothing depends. */
const some = '0'.repeat(40)

/**
 * Why the HEAD of a bare repository stays on the branch that it names, in a sentence for people; `undefined`: it may leave
 * it. HEAD decides what everybody sees who clones: it leaves a protected branch, born or unborn, only for those who may
 * push to it. `head`: full name; `null`: it names none. Pure.
 */
export function headRefusal(head: string | null, rules: readonly PushRule[]): string | undefined {
  if (head === null) return undefined
  const why = refusalOf({ ref: head, old: some, new: some, isForced: false }, rules)
  return why && `HEAD stays where it is: ${why}`
}
