import { isDeepStrictEqual } from 'node:util'
import { type ErrorCode, isGitferryError } from '@gitferry/core/errors'
import type { Verdict } from './fuzz-target.ts'

/**
 * What `read` answers; `undefined` when it refuses with one of these codes. Everything else that it throws is a defect.
 */
export function answerOf<Answer>(read: () => Answer, ...codes: readonly ErrorCode[]): Answer | undefined {
  try {
    return read()
  } catch (error) {
    if (isGitferryError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

/** Whether `work` is done, and not refused with one of these codes. */
export const holds = (work: () => void, ...codes: readonly ErrorCode[]): boolean =>
  answerOf(
    () => {
      work()
      return true
    },
    ...codes,
  ) === true

/** A defect of the parser, in words. */
export function promise(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${words}`)
}

/** That two values are the same. */
export const same = (found: unknown, expected: unknown, words: string): void =>
  promise(
    isDeepStrictEqual(found, expected),
    `${words}: ${JSON.stringify(found)?.slice(0, 300)} instead of ${JSON.stringify(expected)?.slice(0, 300)}`,
  )

export const verdict = (isAccepted: boolean): Verdict => (isAccepted ? 'accepted' : 'refused')

/** What could forge a line or drive a terminal; a tab and a line feed cannot. */
export const invisible = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u
