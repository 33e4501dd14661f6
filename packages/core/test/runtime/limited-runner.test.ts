import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import type { GitCommand, GitRunner } from '../../src/git/command.ts'
import { LimitedRunner, shareOf } from '../../src/runtime/limited-runner.ts'

const command = (name: string): GitCommand<string> => ({ args: [name], parse: () => name })

/** A runner whose gits end when the test says so, and how many were there at the same time. */
function heldRunner() {
  const held: { readonly name: string; readonly end: (error?: Error) => void }[] = []
  const runner: GitRunner = {
    run: (asked) =>
      new Promise((resolve, reject) => {
        held.push({
          name: asked.args[0] ?? '',
          end: (error) => (error ? reject(error) : resolve(asked.parse({} as never))),
        })
      }),
  }
  return { runner, held }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Starts commands and settles; one caller’s name each, or `caller:command`. */
function asked(limited: LimitedRunner, names: readonly string[], signal?: AbortSignal) {
  return names.map((name) => {
    const [caller = '', what = caller] = name.split(':')
    return limited.of(caller).run(command(what), { signal })
  })
}

describe('the runner of callers', () => {
  it('starts so many at the same time, and the next in the order in which they came', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 2, mayWait: 10 })
    const answers = Promise.allSettled(asked(limited, ['a', 'b', 'c', 'd']))
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['a', 'b'])
    held[1]?.end()
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    held[0]?.end(new Error('git failed'))
    await settle()
    for (const { end } of held) end()
    expect((await answers).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
  })

  it('keeps half of the places for others, whatever one caller asks for first', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 4, mayWait: 20 })
    const answers = asked(limited, ['slow:s1', 'slow:s2', 'slow:s3', 'slow:s4', 'slow:s5'])
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['s1', 's2'])
    answers.push(...asked(limited, ['other']))
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['s1', 's2', 'other'])
    for (let at = 0; at < held.length; at += 1) {
      held[at]?.end()
      await settle()
    }
    expect(await Promise.all(answers)).toEqual(['s1', 's2', 's3', 's4', 's5', 'other'])
  })

  it('takes who waits in turn, caller by caller', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 1, mayWait: 20 })
    const answers = asked(limited, ['a:a1', 'a:a2', 'a:a3', 'b:b1', 'b:b2', 'c:c1'])
    for (let at = 0; at < 6; at += 1) {
      await settle()
      held[at]?.end()
    }
    await Promise.all(answers)
    expect(held.map(({ name }) => name)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('refuses what would wait behind too many, and says when to ask again', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 1, mayWait: 1 })
    const answers = asked(limited, ['a', 'b'])
    await settle()
    const refused = await limited
      .of('c')
      .run(command('c'))
      .catch((error: unknown) => error)
    expect(isGitferryError(refused, 'RATE_LIMITED')).toBe(true)
    expect(refused).toHaveProperty('details.retry_after_seconds', 1)
    held[0]?.end()
    await settle()
    held[1]?.end()
    expect(await Promise.all(answers)).toEqual(['a', 'b'])
  })

  it('lets one caller take no more than half of the places to wait', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 1, mayWait: 4 })
    const answers = asked(limited, ['a:1', 'a:2', 'a:3'])
    const [refused] = asked(limited, ['a:4'])
    await expect(refused).rejects.toThrow(/^2 requests of this caller wait for git already/)
    answers.push(...asked(limited, ['b:5']))
    for (let at = 0; at < 4; at += 1) {
      await settle()
      held[at]?.end()
    }
    expect(await Promise.all(answers)).toEqual(['1', '2', '3', '5'])
  })

  it('forgets who gave up while waiting, and gives the place to the next', async () => {
    const { held, runner } = heldRunner()
    const limited = new LimitedRunner({ runner, atOnce: 1, mayWait: 10 })
    const abort = new AbortController()
    const [first] = asked(limited, ['a'])
    const given = asked(limited, ['b'], abort.signal)[0]?.catch((error: unknown) => error)
    const [third] = asked(limited, ['c'])
    await settle()
    abort.abort()
    expect(isGitferryError(await given, 'ABORTED')).toBe(true)
    held[0]?.end()
    await settle()
    expect(held.map(({ name }) => name)).toEqual(['a', 'c'])
    held[1]?.end()
    expect(await Promise.all([first, third])).toEqual(['a', 'c'])
  })

  it('is the same for one credential from anywhere, and for one user at one address without any', () => {
    const token = { type: 'token', id: 1 } as const
    const key = { type: 'access_key', id: 1 } as const
    expect(shareOf({ user: 'a', credential: token, ip: '10.0.0.1' })).toBe(
      shareOf({ user: 'a', credential: token, ip: '10.0.0.2' }),
    )
    const others = [
      { user: 'a', credential: token },
      { user: 'a', credential: key },
      { user: 'a', ip: '10.0.0.1' },
      { user: 'a', ip: '10.0.0.2' },
      { user: 'b', ip: '10.0.0.1' },
      { user: 'system' },
    ]
    expect(new Set(others.map(shareOf)).size).toBe(others.length)
  })

  it('never has more than its number, nor one caller more than half, and starves and loses nobody', async () => {
    const step = fc.record({
      does: fc.constantFrom('ask', 'ask', 'end', 'fail', 'abort'),
      caller: fc.constantFrom('a', 'b', 'c'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 40 }),
        async (atOnce, steps) => {
          const share = Math.ceil(atOnce / 2)
          const running: { readonly caller: string; readonly end: (error?: Error) => void }[] = []
          const waiting = { a: 0, b: 0, c: 0 }
          const runner: GitRunner = {
            run: (asked, { signal } = {}) =>
              new Promise((resolve, reject) => {
                const caller = asked.args[0] as 'a' | 'b' | 'c'
                waiting[caller] -= 1
                const mine = {
                  caller,
                  end: (error?: Error) => {
                    const at = running.indexOf(mine)
                    if (at !== -1) running.splice(at, 1)
                    if (error) reject(error)
                    else resolve(asked.parse({} as never))
                  },
                }
                running.push(mine)
                signal?.addEventListener('abort', () => mine.end(new Error('aborted')))
              }),
          }
          const limited = new LimitedRunner({ runner, atOnce, mayWait: 100 })
          const answers: Promise<unknown>[] = []
          const aborts: AbortController[] = []
          const ask = (caller: 'a' | 'b' | 'c') => {
            const abort = new AbortController()
            aborts.push(abort)
            waiting[caller] += 1
            const answer = limited.of(caller).run(command(caller), { signal: abort.signal })
            answers.push(
              answer.catch((error: unknown) => {
                // never begun
                if (isGitferryError(error, 'ABORTED')) waiting[caller] -= 1
              }),
            )
          }
          const check = () => {
            expect(running.length).toBeLessThanOrEqual(atOnce)
            for (const caller of ['a', 'b', 'c'] as const) {
              const held = running.filter((git) => git.caller === caller).length
              expect(held).toBeLessThanOrEqual(share)
              // nobody waits for a place that is free and theirs to take
              if (running.length < atOnce && held < share) expect(waiting[caller]).toBe(0)
            }
          }
          for (const { caller, does } of steps) {
            if (does === 'ask') ask(caller as 'a')
            else if (does === 'abort') aborts.shift()?.abort()
            else running[0]?.end(does === 'fail' ? new Error('failed') : undefined)
            await settle()
            check()
          }
          // every place comes back: whoever asks now has the turn within a round, whatever waits before
          for (const caller of ['a', 'b', 'c'] as const) ask(caller)
          await settle()
          while (running.length > 0) {
            running[0]?.end()
            await settle()
            check()
          }
          await Promise.all(answers)
          expect(waiting).toEqual({ a: 0, b: 0, c: 0 })
        },
      ),
      { numRuns: 60, seed: 5 },
    )
  })
})
