import { type GitferryError, isGitferryError, type Principal } from '@gitferry/core'
import type { CreateCommit, Repo } from '@gitferry/core/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let repo: Repo
let told: { name: string; data: unknown }[]
let number = 0
beforeAll(async () => {
  world = await keyWorld()
  for (const name of ['branch.created', 'branch.updated'] as const) {
    world.api.on(name, (data) => told.push({ name, data }))
  }
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  told = []
})

async function newRepo(): Promise<void> {
  number += 1
  repo = await world.api.repos.create({ name: `mine-${number}` })
  await world.takeEntries()
}

const git = (...args: string[]) => world.sandbox.git(repo.path, ...args)
const create = (path: string, content = 'a\n') => ({ action: 'create', path, content }) as const
const commit = (input: Partial<CreateCommit>, by: Principal = { user: 'system' }) =>
  world.api.as(by).content.createCommit(repo.id, {
    branch: 'main',
    message: 'A change',
    actions: [create('a')],
    ...input,
  })

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

describe('a commit', () => {
  beforeEach(newRepo)

  it('is answered as git shows it', async () => {
    const made = await commit({
      message: '\r\nTitle\r\n\r\nBody — ü 😀 \n\n',
      author_name: ' Ana, Özil. ',
      author_email: 'ana@example.com',
    })
    const format = ['%H', '%an', '%ae', '%aI', '%cn', '%ce', '%cI'].join('%x00')
    const shown = [made.oid, made.author_name, made.author_email, made.authored_at]
    shown.push(made.committer_name, made.committer_email, made.committed_at)
    const utc = git('log', '-1', `--format=${format}`, 'main').replaceAll('+00:00', 'Z')
    expect(shown).toEqual(utc.split('\0'))
    expect(git('log', '-1', '--format=%B', 'main')).toBe(made.message)
    expect(made).toMatchObject({
      message: 'Title\n\nBody — ü 😀',
      author_name: 'Ana, Özil',
      committer_name: 'gitferry',
      parents: [],
      additions: 1,
      deletions: 0,
    })
  })

  it('names the caller, who need not name an author', async () => {
    const made = await commit({}, { user: 'ana' })
    expect(made).toMatchObject({
      author_name: 'ana',
      committer_name: 'ana',
      author_email: 'gitferry@localhost',
    })
  })

  it('tells of a branch that is made, and of one that moves, with one audit entry each', async () => {
    const first = await commit({})
    const branch = { name: 'main', type: 'local', is_current: true, last_commit: first.oid }
    expect(told.splice(0)).toEqual([{ name: 'branch.created', data: { repo_id: repo.id, branch } }])
    const second = await commit({ actions: [{ action: 'delete', path: 'a' }, create('b')] })
    const moved = { repo_id: repo.id, name: 'main', old_oid: first.oid, new_oid: second.oid }
    expect(told).toEqual([{ name: 'branch.updated', data: moved }])
    const about = { type: 'commit', object_type: 'branch', object_id: repo.id, result: 'success' }
    expect(await world.takeEntries()).toMatchObject([
      { ...about, details: { branch: 'main', actions: 1, commit: first.oid, old_oid: null } },
      { ...about, details: { branch: 'main', actions: 2, commit: second.oid, old_oid: first.oid } },
    ])
    expect(await world.storage.collection('audit_intents').count()).toBe(0)
  })

  it('on a first branch of another name makes it the default one', async () => {
    await commit({ branch: 'trunk' })
    expect(await world.api.repos.get(repo.id)).toMatchObject({
      default_branch: 'trunk',
      current_branch: 'trunk',
    })
  })

  it('makes a branch from another, and leaves one behind only by force', async () => {
    await commit({})
    const side = await commit({ branch: 'side', start_branch: 'main', actions: [create('b')] })
    expect(side.parents).toEqual([git('rev-parse', 'main')])
    await commit({ actions: [create('c')] })
    const again = { branch: 'side', start_branch: 'main', actions: [create('d')] }
    expect((await refusal(commit(again))).code).toBe('BRANCH_EXISTS')
    await commit({ ...again, force: true })
    expect(git('ls-tree', '--name-only', 'side')).toBe('a\nc\nd')
  })

  it('takes contents as text and as base64, with line breaks and without padding', async () => {
    const base64 = (path: string, content: string) => ({
      ...create(path, content),
      encoding: 'base64' as const,
    })
    await commit({
      actions: [create('a', 'é'), base64('b', 'w6\nkA/w==\n'), base64('c', 'w6kA/w'), base64('d', '')],
    })
    const oids = git('ls-tree', '--format=%(objectname)', 'main').split('\n')
    expect(oids[1]).toBe(oids[2])
    expect(
      git('cat-file', '-s', oids[0]!) + git('cat-file', '-s', oids[1]!) + git('cat-file', '-s', oids[3]!),
    ).toBe('240')
  })

  it('goes into a registered clone beside what is checked out there', async () => {
    const clone = await world.api.repos.register({ path: world.sandbox.clonePath, name: `clone-${number}` })
    const input = { branch: 'main', message: 'x', actions: [create('a')] }
    expect((await refusal(world.api.content.createCommit(clone.id, input))).code).toBe('BRANCH_CHECKED_OUT')
    const made = await world.api.content.createCommit(clone.id, {
      ...input,
      branch: 'side',
      start_branch: 'main',
    })
    expect(world.sandbox.oidOf(world.sandbox.clonePath, 'side')).toBe(made.oid)
    expect(world.sandbox.git(world.sandbox.clonePath, 'status', '--porcelain')).toBe('')
    await world.api.repos.delete(clone.id)
  })
})

describe('a commit that is refused', () => {
  beforeAll(newRepo)

  it.each<[string, Partial<CreateCommit>, string, string]>([
    ['no action', { actions: [] }, 'INVALID_INPUT', 'actions'],
    [
      'an unknown action',
      { actions: [{ action: 'touch', path: 'a' } as never] },
      'INVALID_INPUT',
      'actions.0.action',
    ],
    ['no message', { message: ' \n' }, 'INVALID_INPUT', 'message'],
    ['a branch that cannot be', { branch: 'a..b' }, 'REF_INVALID', 'branch'],
    ['an author of two lines', { author_name: 'a\nb' }, 'INVALID_INPUT', 'author_name'],
    ['a path into .git', { actions: [create('.git/config')] }, 'PATH_INVALID', 'actions.0.path'],
    ['half a character', { actions: [create('a', '\ud800')] }, 'INVALID_INPUT', 'actions.0.content'],
    [
      'no base64',
      { actions: [{ ...create('a', 'a$bc'), encoding: 'base64' }] },
      'INVALID_INPUT',
      'actions.0.content',
    ],
    [
      'cut base64',
      { actions: [{ ...create('a', 'abcde'), encoding: 'base64' }] },
      'INVALID_INPUT',
      'actions.0.content',
    ],
    [
      'too much',
      { actions: [create('a', 'x'.repeat(2 ** 25)), create('b', 'x'.repeat(2 ** 25 + 1))] },
      'CONTENT_TOO_LARGE',
      'actions',
    ],
    [
      'a file that is not there',
      { actions: [{ action: 'delete', path: 'b' }] },
      'PATH_NOT_FOUND',
      'actions.0.path',
    ],
  ])('refuses %s, with one entry', async (_, input, code, field) => {
    const error = await refusal(commit(input))
    expect([error.code, error.details.field]).toEqual([code, field])
    expect(await world.takeEntries()).toMatchObject([
      { type: 'commit', object_type: 'branch', object_id: repo.id, result: 'failure', error_code: code },
    ])
    expect(git('for-each-ref')).toBe('')
    expect(told).toEqual([])
  })

  it('is nothing for a reader, nor for who is no member', async () => {
    for (const scope of ['read', 'member'] as const) await refusal(commit({}, { user: 'ana', scope }))
    const entries = await world.takeEntries()
    expect(entries.map(({ operator, error_code }) => `${operator} ${error_code}`)).toEqual([
      'ana FORBIDDEN',
      'ana ROLE_MISSING',
    ])
  })

  it('is refused in a repository that is not there', async () => {
    const input = { branch: 'main', message: 'x', actions: [create('a')] }
    expect((await refusal(world.api.content.createCommit(999, input))).code).toBe('REPO_NOT_FOUND')
  })
})
