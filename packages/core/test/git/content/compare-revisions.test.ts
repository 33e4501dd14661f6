import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareRevisions } from '../../../src/git/content/compare-revisions.ts'
import type { ContentSource } from '../../../src/git/content/content-source.ts'
import { ContentWorld } from './content-world.ts'

let world: ContentWorld
let source: ContentSource
beforeAll(async () => {
  world = new ContentWorld()
  source = await world.open()
})
afterAll(() => world[Symbol.dispose]())

const compare = (base: string, head: string, paging = { page: 1, page_size: 100 }) =>
  compareRevisions(source, { base, head, ...paging }, undefined)

const statuses: Record<string, string> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type_changed',
}

/** What git diff says of the files. */
function plainFiles(...args: string[]) {
  const raw = world.git('diff', '-M', '--raw', '-z', ...args).split('\0')
  const files = []
  for (let at = 0; raw[at]?.startsWith(':'); ) {
    const letter = raw[at]!.split(' ')[4]![0]!
    const paths = raw.slice(at + 1, at + (letter === 'R' ? 3 : 2))
    at += paths.length + 1
    const [added, deleted] = world.git('diff', '-M', '--numstat', '-z', ...args, '--', ...paths).split('\t')
    files.push({
      path: paths.at(-1),
      previous_path: paths.length === 2 ? paths[0] : null,
      status: statuses[letter],
      additions: added === '-' ? null : Number(added),
      deletions: deleted === '-' ? null : Number(deleted),
      is_binary: added === '-',
    })
  }
  return files
}

describe('a comparison', () => {
  it.each([
    ['main', 'feature/x'],
    ['feature/x', 'main'],
    ['v1', 'feature/x'],
    ['both', 'main'],
    ['main', 'both'],
    ['main', 'main'],
  ])('of %s with %s tells what git log and git diff tell', async (base, head) => {
    const told = await compare(base, head)
    const [behind, ahead] = world
      .git(
        'rev-list',
        '--left-right',
        '--count',
        `heads/${base}...heads/${head}`.replaceAll('heads/v1', 'tags/v1'),
      )
      .split('\t')
    const [from, to] = [told.base_oid, told.head_oid]
    expect(told).toMatchObject({
      base_oid: world.oid(base === 'v1' ? 'v1^{commit}' : `refs/heads/${base}`),
      head_oid: world.oid(`refs/heads/${head}`),
      merge_base_oid: world.git('merge-base', from, to),
      ahead: Number(ahead),
      behind: Number(behind),
    })
    expect(told.commits.map(({ oid }) => oid)).toEqual(
      world.git('log', '--format=%H', `${from}..${to}`).split('\n').filter(Boolean),
    )
    expect(told.files).toEqual(plainFiles(`${from}...${to}`))
    expect(told.files_total).toBe(told.files.length)
  })

  it('tells moved, binary and changed files, links and submodules for what they are', async () => {
    const { files } = await compare('both', 'feature/x')
    expect(files.map(({ path, status, is_binary }) => [path, status, is_binary])).toEqual([
      ['binary.bin', 'modified', true],
      ['dir/inner/moved.txt', 'renamed', false],
      ['empty', 'type_changed', false],
      ['side.txt', 'added', false],
      ['sub', 'modified', false],
    ])
    expect(files[1]).toMatchObject({ previous_path: 'dir/inner/deep.txt', additions: 1, deletions: 0 })
  })

  it('of what has no commit in common has everything as new', async () => {
    const told = await compare('apart', 'feature/x')
    expect(told).toMatchObject({ merge_base_oid: null, ahead: 2, behind: 1 })
    expect(new Set(told.files.map(({ status }) => status))).toEqual(new Set(['added']))
  })

  it('tells a thousand files one by one and counts them all', async () => {
    const { files, files_total } = await compare('apart', 'main')
    expect(files_total).toBe(world.git('ls-tree', '-r', '--name-only', 'main').split('\n').length)
    expect(files).toHaveLength(1_000)
    expect(files.every(({ additions }) => additions !== undefined)).toBe(true)
    expect(files.find(({ path }) => path === 'crlf.txt')).toMatchObject({ additions: 2, deletions: 0 })
    expect(files.find(({ path }) => path === 'binary.bin')).toMatchObject({
      additions: null,
      is_binary: true,
    })
  })

  it('tells its commits page by page', async () => {
    const all = (await compare('apart', 'main')).commits.map(({ oid }) => oid)
    const { commits, ahead } = await compare('apart', 'main', { page: 2, page_size: 2 })
    expect(commits.map(({ oid }) => oid)).toEqual(all.slice(2, 4))
    expect(ahead).toBe(all.length)
  })

  it('names the side that is not there', async () => {
    await expect(compare('gone', 'main')).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      details: { field: 'base' },
    })
    await expect(compare('main', 'main~1')).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      details: { field: 'head' },
    })
  })
})
