import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAtLeast, locateGit } from '../../src/git/locate-git.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

function folderWithGit(name: string, says: string, mode = 0o755): string {
  const folder = sandbox.path(name)
  mkdirSync(folder)
  writeFileSync(`${folder}/git`, `#!/bin/sh\necho '${says}'\n`)
  chmodSync(`${folder}/git`, mode)
  return folder
}

describe('locateGit', () => {
  it('finds the git of this machine', async () => {
    const found = await locateGit('/usr/local/bin:/usr/bin:/bin')
    expect(found.binary).toMatch(/^\/.*\/git$/)
    expect(isAtLeast(found.version, '2.39.0')).toBe(true)
  })

  it('takes the first that may be run, and passes relative folders over', async () => {
    const folder = folderWithGit('bin', 'git version 2.50.1 (Apple Git-155)')
    mkdirSync(sandbox.path('trap/git'), { recursive: true })
    const notRunnable = folderWithGit('data', 'git version 2.60.0', 0o644)
    const path = ['relative', '', sandbox.path('none'), sandbox.path('trap'), notRunnable, folder].join(':')
    expect(await locateGit(path)).toEqual({ binary: `${folder}/git`, version: '2.50.1' })
  })

  it.each([
    ['no git at all', () => sandbox.path('none'), 'No git was found'],
    ['one that is too old', () => folderWithGit('old', 'git version 2.38.9'), 'version 2.38.9'],
    ['a program that is not git', () => folderWithGit('other', 'hello'), 'does not answer as git'],
  ])('GIT_MISSING: %s', async (_, path, message) => {
    const found = locateGit(path())
    await expect(found).rejects.toThrow(message)
    await expect(found).rejects.toMatchObject({ code: 'GIT_MISSING' })
  })
})

it.each([
  ['2.39.0', '2.39.0', true],
  ['2.39', '2.39.0', true],
  ['2.38.9', '2.39.0', false],
  ['2.100.0', '2.39.5', true],
  ['3.0.0', '2.39.5', true],
  ['1.99.9', '2.39.0', false],
])('%s is at least %s: %s', (a, b, expected) => {
  expect(isAtLeast(a, b)).toBe(expected)
})
