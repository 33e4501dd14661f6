import assert from 'node:assert/strict'
import { type ErrorCode, type GitferryError, isGitferryError } from '../../errors/index.ts'

/** Asserts that `promise` rejects with a GitferryError of that code, and answers the error. */
export async function rejection(promise: Promise<unknown>, code: ErrorCode): Promise<GitferryError> {
  const error: unknown = await promise.then(
    () => assert.fail(`should have been rejected with ${code}`),
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error)) throw error
  assert.equal(error.code, code)
  return error
}

/** Waits until the promise has settled, whichever way. */
export const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => undefined,
    () => undefined,
  )

/** Lets everything that can go on without us go on: some turns of the event loop, no matter how long they take. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** For answers whose order the case does not speak of. */
export const sorted = <Value>(values: readonly Value[]): Value[] =>
  values.toSorted((a, b) => (a === b ? 0 : a! < b! ? -1 : 1))
