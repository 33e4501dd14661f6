/**
 * Fault matrix: what a git server over http may answer instead of what it was asked for. A row is one answer to one kind
 * of request. Each run tells what kind of trouble it was, moves nothing at the target and leaves nothing behind; the next
 * one, when the trouble is over, brings the target in step.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultWorld, faultWorld } from './faults/fault-world.ts'
import type { FaultRule } from './faults/faulty-proxy.ts'
import { type FaultRow, named, proveFault, type RunEnd, succeeded } from './faults/prove-fault.ts'

let world: FaultWorld
beforeAll(async () => {
  world = await faultWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

type Place = Pick<FaultRule, 'repository' | 'on'>

/** Every kind of request that a run makes. */
const places = {
  'a listing of the source': { repository: 'origin.git', on: 'greeting' },
  'a listing of the target': { repository: 'backup.git', on: 'listing' },
  'a fetch': { repository: 'origin.git', on: 'pack' },
  'a push, before it sends': { repository: 'backup.git', on: 'push-greeting' },
  'a push, with its pack': { repository: 'backup.git', on: 'push' },
} as const satisfies Record<string, Place>

const failed = (error_code: string, failure_class: RunEnd['failure_class']): RunEnd => ({
  status: 'failed',
  error_code,
  failure_class,
})

interface Answer {
  readonly ends: RunEnd
  readonly met: number
  readonly proves: string
  readonly headers?: Readonly<Record<string, string>>
}

const once = 'a person is told, and no server is asked twice that might lock the user out'
const again = 'it is tried three times within the run, then by the next one'

/** What a server answers, and what a run makes of it. */
const answers: Readonly<Record<number, Answer>> = {
  401: { ends: failed('GIT_AUTH_FAILED', 'auth'), met: 1, proves: once },
  403: { ends: failed('GIT_AUTH_FAILED', 'auth'), met: 1, proves: once },
  413: {
    ends: failed('GIT_REJECTED', 'too_big'),
    met: 1,
    proves: 'what is too large now is so at once again',
  },
  429: {
    ends: failed('GIT_UNREACHABLE', 'network'),
    met: 3,
    proves: again,
    headers: { 'retry-after': '1' },
  },
  500: { ends: failed('GIT_UNREACHABLE', 'network'), met: 3, proves: again },
  503: { ends: failed('GIT_UNREACHABLE', 'network'), met: 3, proves: again },
}

/** Where it is known by then what is to move. */
const planned: readonly string[] = ['a push, before it sends', 'a push, with its pack']

const every = Object.keys(answers).map(Number)
/** Where an answer is dealt with as at another place, two of them are enough. */
const asked: Readonly<Record<keyof typeof places, readonly number[]>> = {
  'a listing of the source': every,
  'a listing of the target': [401, 503],
  'a fetch': every,
  'a push, before it sends': [403, 429],
  'a push, with its pack': every,
}

const rows: readonly FaultRow[] = (Object.keys(places) as (keyof typeof places)[]).flatMap((place) =>
  asked[place].map((status) => {
    const { ends, headers, met, proves } = answers[status]!
    const fault = headers ? { status, headers } : { status }
    return {
      fault: `${status} to ${place}`,
      proves,
      rule: { ...places[place], fault },
      ends,
      met,
      outcomes: planned.includes(place) ? 'failed' : [],
    }
  }),
)

describe('a server that answers', () => {
  it.each(named(rows))('%s, which fails the run', async (_, row) => {
    const run = await proveFault(world, row)
    const status = 'status' in row.rule.fault ? row.rule.fault.status : 0
    // git asks for a name instead of telling of a 401
    if (status !== 401) expect(run.error_message).toContain(String(status))
    else expect(run.error_message).toContain('No credential was sent')
  })
})

const passing: readonly FaultRow[] = (
  [
    [429, 'a listing of the source'],
    [500, 'a fetch'],
    [503, 'a push, with its pack'],
  ] as const
).map(([status, place]) => ({
  fault: `${status} to ${place}, once`,
  proves: 'it is over before the run is',
  rule: { ...places[place], fault: { status }, times: 1 },
  ends: succeeded,
  outcomes: 'updated',
}))

describe('a server that answers', () => {
  it.each(named(passing))('%s, which costs the run nothing but time', async (_, row) => {
    await proveFault(world, row)
  })
})

describe('a server that answers', () => {
  it('503 to a push in the middle of ten branches moves none of them, and all of them the next time', async () => {
    await using mirror = await faultWorld({ mode: 'mirror' })
    const ends = failed('GIT_UNREACHABLE', 'network')
    const rule = { ...places['a push, with its pack'], fault: { status: 503 } }
    await proveFault(mirror, { fault: '503', proves: again, rule, ends, met: 3, outcomes: 'failed' })
  })

  it('401 for one side alone says which side it was', async () => {
    const rule = { ...places['a listing of the target'], fault: { status: 401 } }
    const ends = failed('GIT_AUTH_FAILED', 'auth')
    const run = await proveFault(world, { fault: '401', proves: once, rule, ends, outcomes: [] })
    expect(run.error_message).toContain(world.proxy.url)
  })
})
