import { describe, expect, it } from 'vitest'
import { hooksOff } from '../../../src/git/local/hooks-off.ts'
import { trackedBranch, withoutFilters } from '../../../src/git/local/local-config.ts'

const config = (...lines: [key: string, value: string][]) => ({
  common: lines.map(([key, value]) => ({ key, value })),
  worktree: [],
})

describe('trackedBranch', () => {
  it.each([
    ['+refs/heads/*:refs/remotes/origin/*', 'refs/remotes/origin/a/b', 'a/b', 1],
    ['refs/heads/main:refs/remotes/origin/trunk', 'refs/remotes/origin/trunk', 'main', 1],
    ['+refs/heads/rel-*:refs/remotes/r/*-x', 'refs/remotes/r/1-x', 'rel-1', 1],
    ['+refs/heads/$&*:refs/remotes/r/*', 'refs/remotes/r/$1', '$&$1', 1],
    // Too short for both ends of the pattern: they would overlap.
    ['+refs/heads/*:refs/remotes/r/xx*xx', 'refs/remotes/r/xxx', 'xxx', 0],
    ['+refs/tags/*:refs/remotes/origin/*', 'refs/remotes/origin/v1', 'v1', 0],
    ['^refs/heads/x', 'refs/remotes/origin/x', 'x', 0],
    ['refs/heads/x', 'refs/remotes/origin/deep/x', 'deep/x', 0],
  ])('with %s, %s mirrors %s', (refspec, ref, name, refspecs) => {
    expect(trackedBranch(ref, config(['remote.o.fetch', refspec]))).toEqual({ name, refspecs })
  })

  it('counts every refspec that writes the ref', () => {
    const both = config(
      ['remote.a.fetch', '+refs/heads/*:refs/remotes/x/*'],
      ['remote.b.fetch', '+refs/heads/*:refs/remotes/x/*'],
    )
    expect(trackedBranch('refs/remotes/x/main', both)).toEqual({ name: 'main', refspecs: 2 })
  })
})

it('turns off each filter driver once, whatever its name', () => {
  const found = withoutFilters(
    config(
      ['filter.a.b=c.clean', 'x'],
      ['filter.a.b=c.smudge', 'x'],
      ['filter.lfs.required', 'true'],
      ['core.bare', 'true'],
    ),
  )
  expect(found).toEqual([
    ['filter.a.b=c.clean', ''],
    ['filter.a.b=c.smudge', ''],
    ['filter.a.b=c.process', ''],
    ['filter.a.b=c.required', 'false'],
    ['filter.lfs.clean', ''],
    ['filter.lfs.smudge', ''],
    ['filter.lfs.process', ''],
    ['filter.lfs.required', 'false'],
  ])
})

it('turns off each configured hook once', () => {
  expect(hooksOff(['hook.a.command', 'hook.a.event', 'hook.b.c.event'])).toEqual([
    ['hook.a.enabled', 'false'],
    ['hook.b.c.enabled', 'false'],
  ])
})
