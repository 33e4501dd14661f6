import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import { fakeGit, rawCommand, runnerIn } from './fake-git.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gitferry-output-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const started = (script: string) => runnerIn(dir, fakeGit(dir, script))

describe('output that is taken as it comes', () => {
  it('is not held, is not capped, and is not given to the parser', async () => {
    let bytes = 0
    const onOutput = (chunk: Buffer) => {
      bytes += chunk.length
      return true
    }
    const runner = started('head -c 20000000 /dev/zero')
    const { stdout } = await runner.run(rawCommand('x'), { onOutput, maxOutputBytes: 1 })
    expect([bytes, stdout]).toEqual([20_000_000, ''])
  })

  it('ends git when it is enough, which is no failure', async () => {
    let chunks = 0
    const onOutput = () => {
      chunks += 1
      return false
    }
    await started('yes').run(rawCommand('x'), { onOutput })
    expect(chunks).toBe(1)
  })

  it('fails when git does, whatever came before', async () => {
    const failing = started('echo some; echo "fatal: no more" >&2; exit 128')
    await expect(failing.run(rawCommand('x'), { onOutput: () => true })).rejects.toMatchObject({
      code: 'GIT_FAILED',
    })
  })

  it('ends git when it cannot be read, with what was thrown, or with GIT_FAILED', async () => {
    for (const [error, expected] of [
      [new GitferryError('CONFLICT', 'of our own'), { code: 'CONFLICT' }],
      [new Error('anything'), { code: 'GIT_FAILED', cause: new Error('anything') }],
    ] as const) {
      const onOutput = () => {
        throw error
      }
      await expect(started('yes').run(rawCommand('x'), { onOutput })).rejects.toMatchObject(expected)
    }
  })
})
