import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import { groupMembers, processStat } from '../../src/git/process-group.ts'
import type { StreamEnds, StreamOptions } from '../../src/git/process-stream.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { fakeGit, foldersIn, runnerIn } from './fake-git.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

const megabyte = 1024 * 1024
const chunk = Buffer.alloc(64 * 1024, 'x')

async function* chunks(count: number, onChunk: (index: number) => void = () => {}) {
  for (let index = 0; index < count; index += 1) {
    onChunk(index)
    yield chunk
  }
}

/** What never says anything, and never ends. */
const silence: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
}

function stream(script: string, ends: Partial<StreamEnds> = {}, options: StreamOptions = {}) {
  const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, script))
  return runner.stream({ args: ['serve'] }, { output: () => {}, ...ends }, options)
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve))
}

const pidIn = (file: string): number => Number(readFileSync(sandbox.path(file), 'utf8'))
const recorded = (): string[] => readdirSync(foldersIn(sandbox.dir).childrenDir)
const isRunning = (pid: number): boolean => processStat(pid)?.isZombie === false

/** A git that says which process it is, with a child, and then waits. */
const waiting = () =>
  `sleep 60 & echo $$ >'${sandbox.path('part')}'; mv '${sandbox.path('part')}' '${sandbox.path('pid')}'; cat >/dev/null; wait`

describe('a streamed git', () => {
  it('is given its input and heard to its end, byte for byte, and how it ended is answered', async () => {
    const heard: Buffer[] = []
    const said: Buffer[] = []
    const end = await stream('cat; echo trouble >&2; exit 3', {
      input: chunks(50),
      output: (bytes) => {
        heard.push(Buffer.from(bytes))
      },
      errors: (bytes) => {
        said.push(Buffer.from(bytes))
      },
    })
    expect(end).toEqual({ exitCode: 3, stderr: 'trouble\n' })
    expect(Buffer.concat(heard).equals(Buffer.alloc(50 * chunk.length, 'x'))).toBe(true)
    expect(Buffer.concat(said).toString()).toBe('trouble\n')
    expect(recorded()).toEqual([])
  })

  it('waits for whoever reads more slowly, and takes no more of its input meanwhile', async () => {
    let given = 0
    const gate = Promise.withResolvers<void>()
    let taken = 0
    const streaming = stream('cat', {
      input: chunks(512, (index) => {
        given = index
      }),
      output: async (bytes) => {
        taken += bytes.length
        await gate.promise
      },
    })
    await until(() => taken > 0)
    // until nothing has moved for a while; the more slowly things move, the less of them has to be held up
    for (let before = -1, same = 0; same < 20; same = before === given ? same + 1 : 0, before = given) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // two pipes, and the buffers before and behind them
    expect(given * chunk.length).toBeLessThan(2 * megabyte)
    gate.resolve()
    await streaming
    expect(taken).toBe(512 * chunk.length)
  })

  it('has the environment and the settings of every git, and its own input for the rest', async () => {
    const heard: Buffer[] = []
    const runner = runnerIn(sandbox.dir, fakeGit(sandbox.dir, 'env'))
    const output = (bytes: Uint8Array) => {
      heard.push(Buffer.from(bytes))
    }
    await runner.stream(
      { args: ['serve'], env: { GIT_PROTOCOL: 'version=2' }, settings: [['a.b', 'c']] },
      { output },
    )
    const lines = Buffer.concat(heard).toString().split('\n')
    for (const line of ['GIT_PROTOCOL=version=2', 'GIT_ALLOW_PROTOCOL=', 'GIT_CONFIG_GLOBAL=/dev/null']) {
      expect(lines).toContain(line)
    }
    expect(lines.some((line) => /^GIT_CONFIG_VALUE_\d+=c$/.test(line))).toBe(true)
    await expect(
      runner.stream({ args: ['serve'], env: { GIT_CONFIG_GLOBAL: '/x' } }, { output }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(runner.stream({ args: ['a\nb'] }, { output })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
  })

  it.each([
    ['its caller gives it up', 'ABORTED', {}, (given: AbortController) => given.abort()],
    ['nothing moves for too long', 'GIT_STALLED', { stallTimeoutMs: 100 }, () => {}],
    ['it takes too long', 'GIT_TIMEOUT', { timeoutMs: 100 }, () => {}],
  ] as const)('is ended with its children when %s', async (_, code, options, act) => {
    const given = new AbortController()
    const streaming = stream(waiting(), { input: silence }, { signal: given.signal, ...options })
    streaming.catch(() => {})
    await until(() => existsSync(sandbox.path('pid')))
    act(given)
    await expect(streaming).rejects.toMatchObject({ code })
    expect(groupMembers(pidIn('pid'))).toEqual([])
    expect(recorded()).toEqual([])
  })

  it('is ended when whoever reads has gone away, or whoever writes breaks off; their error is thrown on', async () => {
    const gone = new GitferryError('ABORTED', 'The client went away.')
    await expect(stream('yes', { output: () => Promise.reject(gone) })).rejects.toBe(gone)
    async function* broken() {
      yield chunk
      await until(() => existsSync(sandbox.path('pid')))
      throw gone
    }
    await expect(stream(`${waiting()}`, { input: broken() })).rejects.toBe(gone)
    expect(isRunning(pidIn('pid'))).toBe(false)
    expect(recorded()).toEqual([])
  })

  it('is not begun for who has given up already, and says so when it cannot be', async () => {
    await expect(stream('exit 0', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    const runner = runnerIn(sandbox.dir, sandbox.path('none'))
    await expect(runner.stream({ args: ['serve'] }, { output: () => {} })).rejects.toMatchObject({
      code: 'GIT_MISSING',
    })
  })

  it('leaves its input where it is when it ends first, unless that has to be read to its end', async () => {
    await stream('exit 0', { input: silence })
    let given = 0
    const input = chunks(64, (index) => {
      given = index + 1
    })
    expect(await stream('exit 1', { input }, { drains: true })).toMatchObject({ exitCode: 1 })
    expect(given).toBe(64)
  })

  it('delivers what was said before its end, however late that is taken', async () => {
    let heard = 0
    await stream('head -c 60000 /dev/zero', {
      output: async (bytes) => {
        await new Promise((resolve) => setImmediate(resolve))
        heard += bytes.length
      },
    })
    expect(heard).toBe(60_000)
  })
})
