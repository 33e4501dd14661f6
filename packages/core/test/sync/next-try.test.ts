import { describe, expect, it } from 'vitest'
import type { RunRef } from '../../src/contract/index.ts'
import { type ErrorCode, GitferryError } from '../../src/errors/index.ts'
import { tryAgainAfter, tryAgainFor } from '../../src/sync/next-try.ts'

const error = (code: ErrorCode, reason = 'other') =>
  new GitferryError(code, 'it failed', { details: { reason } })

const ref = (outcome: RunRef['outcome'], failure_class: RunRef['failure_class'] = null) =>
  ({ outcome, failure_class }) as RunRef

describe('a further try within a run', () => {
  it.each<[ErrorCode, string, ReturnType<typeof tryAgainAfter>]>([
    ['VERSION_CONFLICT', 'other', 'race'],
    ['GIT_FAILED', 'object_missing', 'race'],
    ['GIT_UNREACHABLE', 'network', 'network'],
    ['GIT_STALLED', 'other', 'network'],
    ['GIT_TIMEOUT', 'other', undefined],
    ['PLAN_STALE', 'other', undefined],
    ['GIT_AUTH_FAILED', 'credential', undefined],
    ['GIT_REJECTED', 'too_large', undefined],
    ['HOST_KEY_MISMATCH', 'host_key', undefined],
    ['HOST_KEY_UNKNOWN', 'host_key', undefined],
    ['DISK_FULL', 'disk_full', undefined],
  ])('after %s (%s): %s', (code, reason, expected) => {
    expect(tryAgainAfter(error(code, reason))).toBe(expected)
  })

  it.each<[string, RunRef[], ReturnType<typeof tryAgainFor>]>([
    ['one stale ref among others', [ref('updated'), ref('stale', 'race')], 'race'],
    ['a ref of which nothing was heard', [ref('updated'), ref('failed', 'network')], 'network'],
    ['what the target refused', [ref('rejected', 'policy')], undefined],
    ['what failed here', [ref('failed', 'local')], undefined],
    ['a conflict', [ref('conflict')], undefined],
    ['nothing', [], undefined],
  ])('for %s', (_, refs, expected) => {
    expect(tryAgainFor(refs)).toBe(expected)
  })
})
