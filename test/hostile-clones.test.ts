import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Job } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'

let world: RemoteWorld
let origin: string
let outside: string
beforeEach(async () => {
  world = await remoteWorld()
  origin = world.sandbox.originPath
  outside = join(world.sandbox.root, '..', 'victim')
  mkdirSync(outside)
})
afterEach(() => world[Symbol.asyncDispose]())

const ran = () => join(outside, 'ran')
const evil = () => `touch '${ran()}'`

/** Plain git in the hostile repository, with something on its stdin. */
const git = (input: string | Buffer, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
    cwd: origin,
    input,
  })
    .toString()
    .trim()

const blob = (text: string) => git(text, 'hash-object', '-w', '--stdin')

type Entry = readonly [mode: string, name: string, oid: string]

/** A tree as a server may send it, whatever git itself would refuse to write. */
function tree(...entries: Entry[]): string {
  const parts = entries.map(([mode, name, oid]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
  )
  return git(Buffer.concat(parts), 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin')
}

function branch(name: string, treeOid: string): void {
  const commit = git('evil\n', 'commit-tree', treeOid)
  git('', 'update-ref', `refs/heads/${name}`, commit)
}

async function clone(branchName: string, path: string | null): Promise<Job> {
  const { id } = await world.api.repos.clone({
    url: origin,
    name: `of ${branchName}`,
    path,
    branch: branchName,
  })
  return world.api.jobs.wait(id)
}

const place = () => join(world.sandbox.root, 'cloned')

const nothingHappened = () => {
  expect(readdirSync(outside)).toEqual([])
}

describe.each([
  ['hosted', () => null],
  ['with a worktree', place],
])('a hostile repository, cloned %s', (_, pathOf) => {
  it('runs nothing of what its own configuration and hooks name', async () => {
    const script = join(origin, 'evil.sh')
    writeFileSync(script, `#!/bin/sh\n${evil()}\nexec "$@"\n`)
    chmodSync(script, 0o755)
    for (const key of ['uploadpack.packObjectsHook', 'core.fsmonitor', 'core.alternateRefsCommand']) {
      git('', 'config', key, script)
    }
    for (const name of ['post-upload-pack', 'pre-receive', 'reference-transaction', 'post-checkout']) {
      world.sandbox.hook(origin, name, evil())
    }
    expect(await clone('main', pathOf())).toMatchObject({ status: 'success' })
    nothingHappened()
  })

  it.each<[string, () => string]>([
    [
      '.git',
      () =>
        tree(['40000', '.git', tree(['40000', 'hooks', tree(['100755', 'post-checkout', blob(evil())])])]),
    ],
    ['.GIT', () => tree(['40000', '.GIT', tree(['100644', 'config', blob('[core]\n\tbare = false\n')])])],
    ['git~1', () => tree(['40000', 'git~1', tree(['100644', 'config', blob('[core]\n')])])],
    ['..', () => tree(['40000', '..', tree(['100644', 'ran', blob('x')])])],
    ['a/../../ran', () => tree(['100644', '../../ran', blob('x')])],
    ['.gitmodules as a link', () => tree(['120000', '.gitmodules', blob('/etc/passwd')])],
  ])('is refused for the tree entry %s, and leaves nothing', async (_, makeTree) => {
    branch('evil', makeTree())
    const job = await clone('evil', pathOf())
    expect(job).toMatchObject({ status: 'failed', error_code: 'GIT_FAILED', repo_id: null })
    nothingHappened()
    expect(existsSync(place())).toBe(false)
    expect(readdirSync(join(world.sandbox.dataDir, 'stores'))).toEqual([])
  })

  it('has its submodules left alone', async () => {
    const modules = ['[submodule "x"]', '\tpath = x', `\turl = ${world.sandbox.secondBarePath}`].join('\n')
    const [head] = git('', 'rev-parse', 'main').split('\n')
    branch('evil', tree(['100644', '.gitmodules', blob(modules)], ['160000', 'x', head ?? '']))
    expect(await clone('evil', pathOf())).toMatchObject({ status: 'success' })
    if (pathOf() !== null) expect(readdirSync(join(place(), 'x'))).toEqual([])
    nothingHappened()
  })

  it.each([
    ['a command', () => `update = !${evil()}`],
    ['a URL that is an option', () => 'url = --upload-pack=evil'],
    ['a path that is an option', () => 'path = -evil'],
  ])('is refused for a .gitmodules with %s', async (_, line) => {
    const modules = `[submodule "x"]\n\t${line()}\n[core]\n\tfsmonitor = ${evil()}\n`
    branch('evil', tree(['100644', '.gitmodules', blob(modules)]))
    expect(await clone('evil', pathOf())).toMatchObject({ status: 'failed', error_code: 'GIT_FAILED' })
    nothingHappened()
  })

  it('may have a configuration for tools in its .gitmodules, which nobody reads', async () => {
    branch('evil', tree(['100644', '.gitmodules', blob(`[core]\n\tfsmonitor = ${evil()}\n`)]))
    expect(await clone('evil', pathOf())).toMatchObject({ status: 'success' })
    nothingHappened()
  })

  it('may have branches whose names mean something to a shell or to git', async () => {
    const [head] = git('', 'rev-parse', 'main').split('\n')
    for (const name of ['-x', '$(touch-ran)', ';ran', 'a"b', '--upload-pack=x']) {
      git('', 'update-ref', `refs/heads/${name}`, head ?? '')
    }
    expect(await clone('main', pathOf())).toMatchObject({ status: 'success' })
    nothingHappened()
  })
})

describe('a worktree of a hostile repository', () => {
  it('has links as links, and nothing is written through them', async () => {
    branch(
      'evil',
      tree(
        ['40000', 'A', tree(['100644', 'ran', blob('x')])],
        ['120000', 'a', blob(outside)],
        ['120000', 'passwd', blob('/etc/passwd')],
      ),
    )
    expect(await clone('evil', place())).toMatchObject({ status: 'success' })
    expect(lstatSync(join(place(), 'a')).isSymbolicLink()).toBe(true)
    expect(readlinkSync(join(place(), 'passwd'))).toBe('/etc/passwd')
    nothingHappened()
  })

  it('runs no hook that its tree brings, and gets none', async () => {
    branch(
      'evil',
      tree(['40000', 'hooks', tree(['100755', 'post-checkout', blob(`#!/bin/sh\n${evil()}\n`)])]),
    )
    expect(await clone('evil', place())).toMatchObject({ status: 'success' })
    expect(existsSync(join(place(), 'hooks', 'post-checkout'))).toBe(true)
    expect(existsSync(join(place(), '.git', 'hooks'))).toBe(false)
    nothingHappened()
  })
})
