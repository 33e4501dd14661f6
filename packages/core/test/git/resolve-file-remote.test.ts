import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveFileRemote } from '../../src/git/resolve-file-remote.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
  mkdirSync(sandbox.path('root/x.git'), { recursive: true })
  mkdirSync(sandbox.path('rooted.git'))
  mkdirSync(sandbox.path('outside.git'))
  symlinkSync(sandbox.path('root'), sandbox.path('link-to-root'))
  symlinkSync(sandbox.path('outside.git'), sandbox.path('root/escape.git'))
  symlinkSync(sandbox.path('root/x.git'), sandbox.path('root/inside.git'))
})
afterEach(() => sandbox.dispose())

const resolved = (path: string, root = 'root') => resolveFileRemote(sandbox.path(path), [sandbox.path(root)])

describe('resolveFileRemote', () => {
  it('answers the real path, links resolved, the roots’ own too', async () => {
    const real = sandbox.path('root/x.git')
    expect(await resolved('root/x.git')).toBe(real)
    expect(await resolved('root/inside.git')).toBe(real)
    expect(await resolved('link-to-root/x.git')).toBe(real)
    expect(await resolved('root/x.git', 'link-to-root')).toBe(real)
  })

  it.each(['root/escape.git', 'outside.git', 'rooted.git'])(
    'refuses what leads outside: %s',
    async (path) => {
      await expect(resolved(path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
    },
  )

  it('looks anew at every call', async () => {
    await resolved('root/inside.git')
    rmSync(sandbox.path('root/inside.git'))
    symlinkSync(sandbox.path('outside.git'), sandbox.path('root/inside.git'))
    await expect(resolved('root/inside.git')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
  })

  it('allows every path without roots', async () => {
    expect(await resolveFileRemote(sandbox.path('root/escape.git'), null)).toBe(sandbox.path('outside.git'))
  })

  it('says when nothing is there', async () => {
    await expect(resolved('root/none.git')).rejects.toMatchObject({ code: 'GIT_REMOTE_NOT_FOUND' })
  })
})
