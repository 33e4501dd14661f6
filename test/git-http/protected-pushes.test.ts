import type { Repo } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostedWorld, hostedWorld } from './hosted-world.ts'

let world: HostedWorld
let repo: Repo
let cwd: string
let developer: string
let admin: string

beforeAll(async () => {
  world = await hostedWorld()
  repo = await world.api.repos.create({ name: 'one' })
  cwd = await world.worktree('tree')
  await push(
    undefined,
    'HEAD:refs/heads/main',
    'HEAD:refs/heads/rel/1',
    'HEAD:refs/heads/free',
    'HEAD:refs/tags/v1',
  )
  developer = await world.member('dev', repo, 30)
  admin = await world.member('boss', repo, 40)
  for (const rule of [
    { kind: 'branch', name: 'main', push_level: 40 },
    { kind: 'branch', name: 'rel/*', push_level: 30 },
    { kind: 'branch', name: 'frozen', push_level: 0 },
    { kind: 'tag', name: 'v*', push_level: 0 },
    { kind: 'tag', name: 'beta-*', push_level: 40 },
  ] as const) {
    await world.protect(repo, rule)
  }
  await world.commit(cwd, 'b')
})
afterAll(() => world[Symbol.asyncDispose]())

const push = (token: string | undefined, ...args: string[]) =>
  world.git(['push', world.url('local/one'), ...args], { cwd, ...(token !== undefined && { token }) })
const listed = async () => (await world.git(['--git-dir', repo.path, 'for-each-ref'])).out

describe('a push that breaks protection', () => {
  it.each([
    ['dev', 'HEAD:main', 'main is protected: only admins may push to it, and you are a developer here.'],
    ['boss', ':rel/1', 'rel/1 is protected: it cannot be deleted.'],
    ['boss', 'HEAD:refs/tags/v2', 'v2 is protected: no one may create tags like v*.'],
    ['boss', '+HEAD:refs/tags/v1', 'v1 is protected: no one may move tags like v*.'],
    [
      'dev',
      'HEAD:refs/tags/beta-1',
      'beta-1 is protected: only admins may create tags like beta-*, and you are a developer here.',
    ],
  ])('by %s, of %s, is refused, and git says why', async (who, refspec, message) => {
    const before = await listed()
    // together with one that is free: one refused ref refuses the whole push
    const refused = await push(who === 'dev' ? developer : admin, refspec, 'HEAD:refs/heads/beside')
    expect(refused.code).toBe(1)
    expect(refused.err.replaceAll(/ +$/gm, '')).toMatch(`remote: ${message}\nremote: Nothing was pushed.\n`)
    expect(refused.err).toMatch(/\[remote rejected\] HEAD -> beside \(pre-receive hook declined\)/)
    expect(await listed()).toBe(before)
    const [entry] = (await world.api.audit.list({ page_size: 1 })).items
    expect(entry).toMatchObject({
      type: 'push',
      operator: who,
      result: 'failure',
      error_code: 'REF_PROTECTED',
      object_id: repo.id,
    })
    expect(world.pushes()).toEqual([])
  })

  it('by rewriting history, is refused also to those who may push', async () => {
    expect(await push(developer, 'HEAD:rel/1')).toMatchObject({ code: 0 })
    expect(await push(admin, 'HEAD:main')).toMatchObject({ code: 0 })
    const message = 'its history cannot be rewritten (fetch and merge first)'
    for (const [token, branch] of [
      [developer, 'rel/1'],
      [admin, 'main'],
    ] as const) {
      const refused = await push(token, '--force', `HEAD~1:${branch}`)
      expect(refused).toMatchObject({ code: 1 })
      expect(refused.err).toContain(`remote: ${branch} is protected: ${message}.`)
    }
    expect(await push(developer, '--force', 'HEAD~1:refs/heads/free')).toMatchObject({ code: 0 })
    expect(await push(developer, ':free')).toMatchObject({ code: 0 })
  })

  it('leaves nothing of the objects that it brought', async () => {
    await world.commit(cwd, 'quarantined')
    const { out } = await world.git(['rev-parse', 'HEAD'], { cwd })
    await push(developer, 'HEAD:main')
    const found = await world.git(['--git-dir', repo.path, 'cat-file', '-e', out.trim()])
    expect(found.code).not.toBe(0)
  })
})

describe('a first push', () => {
  it('leaves HEAD on a protected branch that is not there yet, for whoever may not push to it', async () => {
    const unborn = await world.api.repos.create({ name: 'unborn' })
    await world.protect(unborn, { kind: 'branch', name: 'main', push_level: 40 })
    const head = async () => (await world.git(['--git-dir', unborn.path, 'symbolic-ref', 'HEAD'])).out.trim()
    for (const [name, role, branch, expected] of [
      ['unborn-dev', 30, 'first', 'main'],
      ['unborn-boss', 40, 'second', 'second'],
    ] as const) {
      const token = await world.member(name, unborn, role)
      const args = ['push', world.url('local/unborn'), `HEAD:refs/heads/${branch}`]
      expect(await world.git(args, { cwd, token })).toMatchObject({ code: 0 })
      expect(await head()).toBe(`refs/heads/${expected}`)
    }
  })
})
