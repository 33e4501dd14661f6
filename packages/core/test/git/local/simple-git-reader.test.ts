import { chmodSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isGitferryError } from '../../../src/errors/index.ts'
import { createReader, fromSimpleGit } from '../../../src/git/local/simple-git-reader.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  vi.unstubAllEnvs()
  box[Symbol.dispose]()
})

const reader = (path: string, options = {}) =>
  createReader({ git: box.git, home: box.home, gitDir: join(path, '.git'), workTree: path, ...options })

/** A program in place of git that prints how it was started. */
function spy(): string {
  const program = box.write(join(box.folder, 'spy git'), '#!/bin/sh\n/usr/bin/env\nprintf "arg:%s\\n" "$@"\n')
  chmodSync(program, 0o700)
  return program
}

it('reads the log, the status and the summary of a repository', async () => {
  const path = box.repository()
  box.commit(path, { file: 'two\n', other: 'x\n' })
  const git = await reader(path)
  expect((await git.log()).total).toBe(2)
  expect((await git.diffSummary(['HEAD~1', 'HEAD'])).files).toHaveLength(2)
  box.write(join(path, 'file'), 'mine\n')
  expect((await git.status()).modified).toEqual(['file'])
})

it('starts git in the environment of the runner, and takes nothing over from ours', async () => {
  vi.stubEnv('GIT_DIR', '/elsewhere')
  vi.stubEnv('SOMETHING_OF_OURS', 'yes')
  vi.stubEnv('LD_PRELOAD', '')
  const git = await reader("/it's here", { git: spy(), settings: [["filter.it's.clean", '']] })
  const lines = (await git.raw(['anything'])).split('\n')
  expect(lines).toContain("arg:--git-dir=/it's here/.git")
  expect(lines).toContain("arg:--work-tree=/it's here")
  expect(lines).toContain('arg:anything')
  expect(lines).toContain('GIT_ALLOW_PROTOCOL=')
  expect(lines).toContain('GIT_CONFIG_GLOBAL=/dev/null')
  expect(lines).toContain('GIT_CONFIG_KEY_0=core.hooksPath')
  expect(lines).toContain(`HOME=${box.home}`)
  expect(lines.find((line) => line.startsWith('GIT_CONFIG_PARAMETERS='))).toBe(
    String.raw`GIT_CONFIG_PARAMETERS='filter.it'\''s.clean'=''`,
  )
  expect(lines.filter((line) => /^(?:GIT_DIR|SOMETHING_OF_OURS|LD_PRELOAD|GITFERRY_)/.test(line))).toEqual([])
})

it('has no worktree where none is given', async () => {
  const git = await reader('/store', { git: spy(), workTree: undefined })
  expect(await git.raw(['x'])).not.toContain('--work-tree')
})

it('writes its launcher once, for us alone, also when many begin at once', async () => {
  const path = box.repository()
  await Promise.all(Array.from({ length: 8 }, async () => (await reader(path)).status()))
  expect(readdirSync(box.home)).toEqual(['git-worktree'])
  expect(statSync(join(box.home, 'git-worktree')).mode & 0o777).toBe(0o700)
})

it('keeps the guards of simple-git on', async () => {
  const git = await reader(box.repository())
  await expect(git.raw(['-c', 'core.fsmonitor=touch x', 'status'])).rejects.toThrow()
  await expect(git.raw(['--git-dir=/x', 'status'])).rejects.toThrow()
  await expect(git.raw(['fetch', '--upload-pack=touch x', 'origin'])).rejects.toThrow()
})

describe('fromSimpleGit', () => {
  it('is ABORTED when the caller gave up', async () => {
    const signal = AbortSignal.abort()
    const git = await reader(box.repository(), { signal })
    const error = await git.status().catch((thrown: unknown) => fromSimpleGit(thrown, 'status', signal))
    expect(error).toMatchObject({ code: 'ABORTED' })
  })

  it('is GIT_FAILED with what git said, and without the command line', async () => {
    const git = await reader(box.repository())
    const thrown = await git.raw(['rev-list', 'https://user:secret@host/x']).catch((error: unknown) => error)
    const error = fromSimpleGit(thrown, 'rev-list', undefined)
    expect(isGitferryError(error, 'GIT_FAILED')).toBe(true)
    expect(error.message).toContain('git rev-list failed: fatal:')
    expect(`${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain(
      'secret',
    )
  })

  it('is GIT_TIMEOUT when git stood still', () => {
    expect(fromSimpleGit(new Error('block timeout reached'), 'log', undefined).code).toBe('GIT_TIMEOUT')
  })
})
