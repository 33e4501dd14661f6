import { isGitferryError } from '@gitferry/core'
import type { AccessLevel, CreateCommit, CreateSyncTask, Role, RunWithRefs } from '@gitferry/core/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let number = 0
/** A repository with `main`, `old`, which is behind it, and the tags `v1` and `v2`. */
let template: string
beforeAll(async () => {
  world = await keyWorld()
  template = `${world.sandbox.root}/template.git`
  world.sandbox.git(world.sandbox.root, 'clone', '--quiet', '--bare', world.sandbox.secondBarePath, template)
  world.sandbox.git(template, 'branch', '--quiet', '--move', 'develop', 'old')
  for (const tag of ['v1', 'v2']) world.sandbox.git(template, 'tag', tag)
  world.sandbox.commit(template, 'main', 'more\n')
})
afterAll(() => world[Symbol.asyncDispose]())

interface Place {
  readonly id: number
  readonly path: string
}

/** A copy of the template that is hosted here. */
async function hosted(): Promise<Place> {
  number += 1
  const { id, path } = await world.api.repos.create({ name: `hosted-${number}` })
  world.sandbox.git(path, 'fetch', '--quiet', template, '+refs/*:refs/*')
  return { id, path }
}

/** A bare copy of the user’s, registered. */
async function registered(): Promise<Place> {
  number += 1
  const path = `${world.sandbox.root}/registered-${number}.git`
  world.sandbox.git(world.sandbox.root, 'clone', '--quiet', '--bare', template, path)
  const { id } = await world.api.repos.register({ path })
  return { id, path }
}

const protect = (id: number, kind: 'branch' | 'tag', name: string, push_level: AccessLevel) =>
  world.api.protection.set(id, { kind, name, push_level })

/** Somebody with that role at every repository. */
const somebody = (role: Role) =>
  world.api.as({ user: 'ana', scope: role === 40 ? 'admin' : role === 30 ? 'write' : 'read' })

const refs = (path: string) => world.sandbox.git(path, 'for-each-ref', 'refs/heads', 'refs/tags')

/** `done`, or the code that it was refused with. */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (!isGitferryError(error)) throw error
      return error.code
    },
  )

const changeOf = (path: string): Pick<CreateCommit, 'message' | 'actions'> => ({
  message: 'x',
  actions: [{ action: 'create', path, content: 'x\n' }],
})

/** Every way in by the API. Each role has names of its own, so that one does not stand in the other’s way. */
const ways = {
  'a branch that is made': (by: Role, { id }: Place) =>
    somebody(by).branches.create(id, { name: `release/${by}`, base_branch: 'main' }),
  'a commit': (by: Role, { id }: Place) =>
    somebody(by).content.createCommit(id, { branch: 'main', ...changeOf(`by-${by}`) }),
  'a commit on a new branch': (by: Role, { id }: Place) =>
    somebody(by).content.createCommit(id, {
      ...{ branch: `release/new-${by}`, start_branch: 'old' },
      ...changeOf(`new-${by}`),
    }),
  'a tag that is made': (by: Role, { id }: Place) =>
    somebody(by).tags.create(id, { name: `v3-${by}`, ref: 'main' }),
  'a tag that is deleted': (by: Role, { id }: Place) => somebody(by).tags.delete(id, by === 40 ? 'v1' : 'v2'),
  'a branch that is left behind': (by: Role, { id }: Place) =>
    somebody(by).content.createCommit(id, {
      ...{ branch: 'main', start_branch: 'old', force: true },
      ...changeOf(`force-${by}`),
    }),
  'a branch that is deleted': (by: Role, { id }: Place) =>
    somebody(by).branches.delete(id, 'old', { force: true }),
}
type Way = keyof typeof ways
const everyWay = Object.entries(ways) as [Way, (typeof ways)[Way]][]

/** What a protected branch is never spared, whoever asks. */
const never = new Set<Way>(['a branch that is deleted', 'a branch that is left behind'])

describe.each<[string, () => Promise<Place>, AccessLevel]>([
  ['a hosted repository', hosted, 0],
  ['a hosted repository', hosted, 30],
  ['a hosted repository', hosted, 40],
  ['a registered one', registered, 40],
])('in %s', (_, makePlace, level) => {
  it(`at level ${level} each way in asks for the role`, async () => {
    const open = await makePlace()
    for (const name of ['main', 'old', 'release/*']) await protect(open.id, 'branch', name, level)
    await protect(open.id, 'tag', 'v*', level)
    const before = refs(open.path)
    const isLet = (way: Way, role: Role) => level !== 0 && role >= level && !never.has(way)
    for (const role of [30, 40] as const) {
      for (const [way, ask] of everyWay) {
        if (!isLet(way, role))
          expect(await outcome(ask(role, open)), `${way} by ${role}`).toBe('REF_PROTECTED')
      }
    }
    expect(refs(open.path)).toBe(before)
    for (const role of [30, 40] as const) {
      for (const [way, ask] of everyWay) {
        if (isLet(way, role)) expect(await outcome(ask(role, open)), `${way} by ${role}`).toBe('done')
      }
    }
  })
})

describe('without a rule that names it', () => {
  it('each way in is open to developers, and to no reader', async () => {
    const open = await hosted()
    await protect(open.id, 'branch', 'other*', 0)
    await protect(open.id, 'tag', 'x*', 0)
    for (const [, ask] of everyWay)
      expect(['ROLE_MISSING', 'FORBIDDEN']).toContain(await outcome(ask(20, open)))
    for (const [way, ask] of everyWay) expect(await outcome(ask(30, open)), way).toBe('done')
  })
})

describe('a protected branch', () => {
  it('is not made by checking a remote branch out', async () => {
    const clone = await world.api.repos.register({ path: world.sandbox.clonePath })
    await protect(clone.id, 'branch', 'devel*', 40)
    expect(await outcome(somebody(30).branches.checkout(clone.id, { branch: 'origin/develop' }))).toBe(
      'REF_PROTECTED',
    )
    expect(world.sandbox.oidOf(world.sandbox.clonePath, 'develop')).toBe('')
    expect(await outcome(somebody(40).branches.checkout(clone.id, { branch: 'origin/develop' }))).toBe('done')
    await world.api.branches.checkout(clone.id, { branch: 'main' })
    await world.api.repos.delete(clone.id)
  })

  it('is protected too where another worktree of its repository is registered', async () => {
    const main = `${world.sandbox.root}/main-worktree`
    world.sandbox.git(world.sandbox.root, 'clone', '--quiet', world.sandbox.originPath, main)
    world.sandbox.git(main, 'branch', 'topic')
    world.sandbox.git(main, 'worktree', 'add', '--quiet', '-b', 'linked', `${main}-linked`)
    const first = await world.api.repos.register({ path: main })
    const second = await world.api.repos.register({ path: `${main}-linked` })
    await protect(first.id, 'branch', 'topic', 40)
    const input = { branch: 'topic', ...changeOf('new') }
    expect(await outcome(somebody(30).content.createCommit(second.id, input))).toBe('REF_PROTECTED')
    await world.api.repos.delete(first.id)
    await world.api.repos.delete(second.id)
  })

  it('is refused in words that say why', async () => {
    const { id } = await hosted()
    await protect(id, 'branch', 'main', 40)
    await expect(ways['a commit'](30, { id, path: '' })).rejects.toThrow(
      'main is protected: only admins may push to it, and you are a developer here.',
    )
  })
})

describe('HEAD', () => {
  const headOf = ({ path }: Place) => world.sandbox.git(path, 'symbolic-ref', 'HEAD')

  it.each([
    ['a hosted repository', hosted],
    ['a registered bare one', registered],
  ])('of %s leaves a protected branch only for those who may push to it', async (_, makePlace) => {
    const place = await makePlace()
    await protect(place.id, 'branch', 'main', 40)
    const checkout = (by: Role, branch: string) => somebody(by).branches.checkout(place.id, { branch })
    await expect(checkout(30, 'old')).rejects.toMatchObject({
      code: 'REF_PROTECTED',
      message: expect.stringMatching(/^HEAD stays where it is: main is protected/),
    })
    expect(headOf(place)).toBe('refs/heads/main')
    // it is there already
    expect(await outcome(checkout(30, 'main'))).toBe('done')
    expect(await outcome(checkout(40, 'old'))).toBe('done')
    expect(await outcome(checkout(30, 'main'))).toBe('done')
    expect(headOf(place)).toBe('refs/heads/main')
  })

  it('of a worktree is its user’s own', async () => {
    const { api, sandbox } = world
    const path = `${sandbox.root}/own-worktree`
    sandbox.git(sandbox.root, 'clone', '--quiet', sandbox.originPath, path)
    sandbox.git(path, 'branch', 'topic')
    const { id } = await api.repos.register({ path })
    await protect(id, 'branch', 'main', 40)
    expect(await outcome(somebody(30).branches.checkout(id, { branch: 'topic' }))).toBe('done')
    await api.repos.delete(id)
  })

  it.each([
    [30, 'main'],
    [40, 'mine'],
  ] as const)(
    'on a protected branch that is not there yet, once %i commits elsewhere: %s',
    async (by, expected) => {
      const { id, path } = await world.api.repos.create({ name: `unborn-${by}` })
      await protect(id, 'branch', 'ma*', 40)
      await somebody(by).content.createCommit(id, { branch: 'mine', ...changeOf('a') })
      expect(headOf({ id, path })).toBe(`refs/heads/${expected}`)
      expect((await world.api.repos.get(id)).default_branch).toBe(expected)
    },
  )
})

describe('the tips of branches', () => {
  it('tell what protects them by another worktree of their repository', async () => {
    const { api, sandbox } = world
    const path = `${sandbox.root}/tips`
    sandbox.git(sandbox.root, 'clone', '--quiet', sandbox.originPath, path)
    sandbox.git(path, 'worktree', 'add', '--quiet', '-b', 'linked', `${path}-linked`)
    const first = await api.repos.register({ path })
    const second = await api.repos.register({ path: `${path}-linked` })
    await protect(first.id, 'branch', 'main', 40)
    await protect(first.id, 'tag', 'main', 0)
    const [tip] = await somebody(30).lookUp.branches(second.id, ['main'])
    expect(tip).toMatchObject({ name: 'main', push_level: 40, merge_level: 40 })
    for (const { id } of [first, second]) await api.repos.delete(id)
  })
})

describe('a sync', () => {
  let target: Place
  let source: Place
  beforeEach(async () => {
    target = await hosted()
    source = await hosted()
  })

  async function sync(fields: Partial<CreateSyncTask> = {}): Promise<RunWithRefs> {
    const { api } = world
    const task = await api.sync.tasks.create({
      repo_id: source.id,
      source_remote: 'local',
      mode: 'mirror',
      refs: ['refs/heads/*', 'refs/tags/*'],
      target_repo_id: target.id,
      target_remote: 'local',
      on_diverge: 'overwrite',
      allow_unrelated: true,
      ...fields,
    } as CreateSyncTask)
    const { id } = await api.sync.tasks.run(task.id, { wait: true })
    return api.sync.runs.get(id)
  }
  const outcomes = ({ refs }: RunWithRefs) =>
    Object.fromEntries(refs.map((ref) => [ref.target_ref, `${ref.action} ${ref.outcome}`]))

  it.each([
    ['hosted repository', hosted],
    ['registered one', registered],
  ])(
    'counts as a developer: what only admins may move in a %s stays, and the rest goes',
    async (_, makePlace) => {
      const { sandbox } = world
      target = await makePlace()
      for (const branch of ['main', 'old', 'free']) sandbox.commit(source.path, branch, 'more\n')
      sandbox.git(source.path, 'tag', 'v3', 'main')
      sandbox.git(source.path, 'tag', 'w1', 'main')
      await protect(target.id, 'branch', 'main', 40)
      await protect(target.id, 'branch', 'old', 30)
      await protect(target.id, 'tag', 'v*', 0)
      const before = sandbox.oidOf(target.path, 'main')
      const run = await sync()
      expect(outcomes(run)).toEqual({
        'refs/heads/main': 'fast-forward protected',
        'refs/heads/old': 'fast-forward updated',
        'refs/heads/free': 'create updated',
        'refs/tags/v3': 'create protected',
        'refs/tags/w1': 'create updated',
      })
      expect(run).toMatchObject({ status: 'partial', error_code: 'REF_PROTECTED', failure_class: 'policy' })
      expect(run.refs.find(({ target_ref }) => target_ref === 'refs/heads/main')).toMatchObject({
        reason: 'main is protected: only admins may push to it, and you are a developer here.',
      })
      expect(sandbox.oidOf(target.path, 'main')).toBe(before)
      expect(sandbox.oidOf(target.path, 'old')).toBe(sandbox.oidOf(source.path, 'old'))
    },
  )

  it('never rewrites or deletes a protected branch', async () => {
    const { sandbox } = world
    sandbox.git(source.path, 'update-ref', 'refs/heads/main', 'refs/heads/old')
    sandbox.git(source.path, 'update-ref', '-d', 'refs/heads/old')
    sandbox.commit(source.path, 'main', 'another way\n')
    for (const name of ['main', 'old']) await protect(target.id, 'branch', name, 30)
    const before = refs(target.path)
    const run = await sync({ prune: true, max_delete_percent: 100 })
    expect(outcomes(run)).toEqual({
      'refs/heads/main': 'force protected',
      'refs/heads/old': 'delete protected',
    })
    expect(run).toMatchObject({ status: 'failed', error_code: 'REF_PROTECTED' })
    expect(refs(target.path)).toBe(before)
    expect((await world.api.sync.kept.list({ run_id: run.id })).items).toEqual([])
  })

  it('that is all or none is none', async () => {
    const { sandbox } = world
    for (const branch of ['main', 'free']) sandbox.commit(source.path, branch, 'more\n')
    await protect(target.id, 'branch', 'main', 40)
    const before = refs(target.path)
    const run = await sync({ atomic: true })
    expect(outcomes(run)).toEqual({
      'refs/heads/main': 'fast-forward protected',
      'refs/heads/free': 'create failed',
    })
    expect(run).toMatchObject({ status: 'failed', error_code: 'REF_PROTECTED' })
    expect(refs(target.path)).toBe(before)
  })

  it('does not put back what would rewrite a branch that is protected by now', async () => {
    const { sandbox, api } = world
    sandbox.commit(target.path, 'main', 'only there\n')
    sandbox.commit(source.path, 'main', 'only here\n')
    const run = await sync()
    expect(outcomes(run)).toMatchObject({ 'refs/heads/main': 'force updated' })
    await protect(target.id, 'branch', 'main', 30)
    const restored = await api.sync.runs.restore(run.id, {}, { wait: true })
    expect(restored).toMatchObject({ status: 'failed', error_code: 'REF_PROTECTED' })
    expect(sandbox.oidOf(target.path, 'main')).toBe(sandbox.oidOf(source.path, 'main'))
  })

  it('leaves HEAD on a branch that it may not move', async () => {
    const { sandbox } = world
    sandbox.git(source.path, 'symbolic-ref', 'HEAD', 'refs/heads/old')
    const rule = await protect(target.id, 'branch', 'main', 40)
    const run = await sync({ follow_head: true })
    expect(outcomes(run)).toEqual({ HEAD: 'head protected' })
    expect(run).toMatchObject({ status: 'failed', error_code: 'REF_PROTECTED' })
    expect(sandbox.git(target.path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    await world.api.protection.set(target.id, { kind: 'branch', name: rule.name, push_level: 30 })
    expect(outcomes(await sync({ follow_head: true }))).toEqual({ HEAD: 'head updated' })
  })
})

describe('a sync by a remote that is a path', () => {
  it('to a registered repository finds it protected, too', async () => {
    const { api, sandbox } = world
    const target = await registered()
    const source = await hosted()
    for (const branch of ['main', 'free']) sandbox.commit(source.path, branch, 'more\n')
    await api.repos.remotes.add(source.id, { name: 'there', fetch_url: target.path })
    await protect(target.id, 'branch', 'main', 40)
    const before = sandbox.oidOf(target.path, 'main')
    const task = await api.sync.tasks.create({
      ...{ repo_id: source.id, source_remote: 'local', mode: 'mirror', refs: ['refs/heads/*'] },
      target_remote: 'there',
    })
    const { id } = await api.sync.tasks.run(task.id, { wait: true })
    const run = await api.sync.runs.get(id)
    expect(run.refs.map(({ target_ref, outcome }) => `${target_ref} ${outcome}`).sort()).toEqual([
      'refs/heads/free updated',
      'refs/heads/main protected',
    ])
    expect(sandbox.oidOf(target.path, 'main')).toBe(before)
  })
})
