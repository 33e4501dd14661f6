import { buffer } from 'node:stream/consumers'
import type { Gitferry, Principal, Repo } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let path: string
let registered: Repo
let hosted: Repo
beforeAll(async () => {
  world = await keyWorld()
  const { api, sandbox } = world
  path = `${sandbox.root}/content`
  sandbox.git(sandbox.root, 'init', '--quiet', '--initial-branch=main', path)
  for (const text of ['one', 'two']) {
    sandbox.git(path, 'commit', '--quiet', '--allow-empty', '-m', text)
  }
  sandbox.git(path, 'checkout', '--quiet', '-b', 'other')
  sandbox.git(path, 'commit', '--quiet', '--allow-empty', '-m', 'three')
  registered = await api.repos.register({ path })
  hosted = await api.repos.create({ name: 'hosted' })
  sandbox.git(path, 'push', '--quiet', hosted.path, 'main', 'other')
})
afterAll(() => world[Symbol.asyncDispose]())

const both = () => [registered, hosted]

/** Every way to read what is in a repository. */
const readings = (
  api: Pick<Gitferry, 'content' | 'stats'>,
  id: number,
): Record<string, () => Promise<unknown>> => ({
  commits: () => api.content.commits(id),
  tree: () => api.content.tree(id, { ref: 'main', last_commits: true }),
  blob: () => api.content.blob(id, { path: 'none' }),
  compare: () => api.content.compare(id, { base: 'main', head: 'other' }),
  archive: async () => buffer(await api.content.archive(id, { ref: 'main', format: 'tar' })),
  stats: () => api.stats.get(id),
})

describe('what a repository holds', () => {
  it('is read alike of a registered and of a hosted one', async () => {
    for (const { id } of both()) {
      const { content, stats } = world.api
      expect(
        (await content.commits(id, { ref: 'other', page_size: 2 })).items.map(({ message }) => message),
      ).toEqual(['three', 'two'])
      expect(await content.tree(id, { ref: 'main' })).toEqual({ items: [], total: 0, page: 1, page_size: 20 })
      expect(await content.compare(id, { base: 'main', head: 'other' })).toMatchObject({
        ahead: 1,
        behind: 0,
      })
      expect((await buffer(await content.archive(id, { ref: 'main' }))).subarray(0, 2).toString()).toBe('PK')
      expect(await stats.get(id)).toMatchObject({ branches: 2, tags: 0, code_lines: 0 })
    }
    await expect(world.api.content.blob(hosted.id, { path: 'none' })).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    })
  })

  it('needs the role of a viewer, whichever way it is read', async () => {
    const stranger: Principal = { user: 'stranger', scope: 'member' }
    for (const [name, read] of Object.entries(readings(world.api.as(stranger), hosted.id))) {
      await expect(read(), name).rejects.toMatchObject({ code: 'ROLE_MISSING' })
    }
    const viewer: Principal = { user: 'deploy-key:1', scope: 'member', repoIds: [hosted.id], role: 20 }
    const { blob, ...others } = readings(world.api.as(viewer), hosted.id)
    for (const read of Object.values(others)) await read()
    await expect(blob!()).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
    for (const read of Object.values(readings(world.api.as(viewer), registered.id))) {
      await expect(read()).rejects.toMatchObject({ code: 'REPO_NOT_FOUND' })
    }
  })

  it('leaves no entry in the audit log', async () => {
    await world.takeEntries()
    for (const read of Object.values(readings(world.api, hosted.id))) await read().catch(() => {})
    expect(await world.takeEntries()).toEqual([])
  })

  it.each([
    ['a page size of 0', { page_size: 0 }, 'page_size'],
    ['a page size of 101', { page_size: 101 }, 'page_size'],
    ['a page of 0', { page: 0 }, 'page'],
    ['no ref at all', { ref: '' }, 'ref'],
    ['a ref that is too long', { ref: 'x'.repeat(2_001) }, 'ref'],
    ['a path that is too long', { path: 'x'.repeat(4_097) }, 'path'],
  ])('is not listed by %s', async (_, query, field) => {
    for (const list of ['commits', 'tree'] as const) {
      await expect(world.api.content[list](hosted.id, query)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { field },
      })
    }
  })

  it('is given up by a signal', async () => {
    const options = { signal: AbortSignal.abort('gone') }
    const { content, stats } = world.api
    for (const read of [
      () => content.commits(hosted.id, {}, options),
      () => content.tree(hosted.id, {}, options),
      () => content.blob(hosted.id, { path: 'x' }, options),
      () => content.compare(hosted.id, { base: 'main', head: 'other' }, options),
      () => content.archive(hosted.id, {}, options),
      () => stats.get(hosted.id, options),
    ]) {
      await expect(read()).rejects.toMatchObject({ code: 'ABORTED' })
    }
  })
})
