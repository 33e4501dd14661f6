import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Repo } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostedWorld, hostedWorld } from './hosted-world.ts'

let world: HostedWorld
let repo: Repo
let cwd: string
const pushed: unknown[] = []

beforeAll(async () => {
  world = await hostedWorld()
  repo = await world.api.repos.create({ name: 'one', default_branch: 'main' })
  cwd = await world.worktree('one')
  await push('main')
  world.api.on('repo.pushed', (event) => pushed.push(event))
})
afterAll(() => world[Symbol.asyncDispose]())

const url = () => world.url('local/one')
const tip = (ref = 'HEAD') => execFileSync('git', ['rev-parse', ref], { cwd, encoding: 'utf8' }).trim()
const push = (...args: string[]) => world.git(['push', url(), ...args], { cwd })
const lastEntry = async () => (await world.api.audit.list({ page_size: 1 })).items[0]

describe('a hosted repository, over HTTP', () => {
  it.each(['0', '1', '2'])('is listed, cloned and fetched in version %s of the protocol', async (version) => {
    const spoken = ['-c', `protocol.version=${version}`]
    const listed = await world.git([...spoken, 'ls-remote', url()])
    expect(listed.out.split('\n')[0]).toBe(`${tip()}\tHEAD`)
    const clone = join(world.root, `clone-${version}`)
    const trace = { env: { GIT_TRACE_PACKET: '1' } }
    const cloned = await world.git([...spoken, 'clone', url(), clone], trace)
    expect(cloned).toMatchObject({ code: 0 })
    if (version === '0') expect(cloned.err).not.toMatch(/< version [12]/)
    else expect(cloned.err).toMatch(`< version ${version}`)
    await world.commit(cwd, `more-${version}`)
    expect(await push('main')).toMatchObject({ code: 0 })
    expect(await world.git([...spoken, 'pull', '--quiet'], { cwd: clone })).toMatchObject({ code: 0 })
    expect(readdirSync(clone)).toContain(`more-${version}`)
  })

  it('is cloned as little as is asked for: shallow, or without blobs', async () => {
    const shallow = join(world.root, 'shallow')
    await world.git(['clone', '--depth', '1', url(), shallow])
    expect((await world.git(['rev-list', '--count', 'HEAD'], { cwd: shallow })).out).toBe('1\n')
    await world.git(['fetch', '--deepen', '1'], { cwd: shallow })
    expect((await world.git(['rev-list', '--count', 'HEAD'], { cwd: shallow })).out).toBe('2\n')
    const partial = join(world.root, 'partial')
    const cloned = await world.git(['clone', '--filter=blob:none', '--no-checkout', url(), partial])
    expect(cloned.err).not.toMatch('filtering not recognized')
    expect(
      (await world.git(['rev-list', '--objects', '--missing=print', 'HEAD'], { cwd: partial })).out,
    ).toMatch(/^\?/m)
    expect(await world.git(['checkout', 'main'], { cwd: partial })).toMatchObject({ code: 0 })
  })

  it('takes new branches and tags, forced pushes and deletions, each with one entry and one event', async () => {
    pushed.length = 0
    const before = tip()
    await world.git(['tag', '-a', 'v1', '-m', 'first'], { cwd })
    expect(await push('HEAD:refs/heads/topic/é', 'v1')).toMatchObject({ code: 0 })
    const created = [
      { ref: 'refs/heads/topic/é', old_oid: null, new_oid: before },
      { ref: 'refs/tags/v1', old_oid: null, new_oid: tip('v1') },
    ]
    expect(pushed).toEqual([{ repo_id: repo.id, refs: created }])
    expect(await lastEntry()).toMatchObject({
      type: 'push',
      object_type: 'repo',
      object_id: repo.id,
      operator: 'anonymous',
      ip: '127.0.0.1',
      result: 'success',
      details: { refs: created.map((ref) => ({ ...ref, outcome: 'updated' })) },
    })
    await world.git(['commit', '-q', '--amend', '-m', 'rewritten'], { cwd })
    expect(await push('HEAD:refs/heads/topic/é')).toMatchObject({ code: 1 })
    expect(pushed).toHaveLength(1)
    expect(await push('--force', 'HEAD:refs/heads/topic/é')).toMatchObject({ code: 0 })
    expect(await push('--delete', 'topic/é', 'v1')).toMatchObject({ code: 0 })
    expect(pushed).toHaveLength(3)
    expect((await lastEntry())?.details.refs).toMatchObject([
      { ref: 'refs/heads/topic/é', new_oid: null, outcome: 'updated' },
      { ref: 'refs/tags/v1', new_oid: null, outcome: 'updated' },
    ])
    await world.git(['reset', '--hard', before], { cwd })
  })

  it('leaves no entry of who looks, and pushes nothing', async () => {
    const { total: before } = await world.api.audit.list()
    expect((await push('main')).err).toBe('Everything up-to-date\n')
    await world.git(['fetch', url()], { cwd })
    expect((await world.api.audit.list()).total).toBe(before)
  })

  it('says in the entry what of a push did not land', async () => {
    await world.commit(cwd, 'half')
    // the branch that HEAD names is not deleted, and the rest is
    expect(await push('HEAD:refs/heads/half', ':refs/heads/main')).toMatchObject({ code: 1 })
    expect(await lastEntry()).toMatchObject({ result: 'success' })
    expect((await lastEntry())?.details.refs).toMatchObject([
      { ref: 'refs/heads/main', outcome: 'rejected' },
      { ref: 'refs/heads/half', outcome: 'updated' },
    ])
    expect(await push('--atomic', 'HEAD:refs/heads/other', ':refs/heads/main')).toMatchObject({ code: 1 })
    expect(await lastEntry()).toMatchObject({ result: 'failure', error_code: 'GIT_REJECTED' })
  })

  it('refuses objects that are damaged or dangerous', async () => {
    const at = join(world.root, 'evil')
    await world.git(['init', '-q', at])
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: at,
      input: 'x',
      encoding: 'utf8',
    }).trim()
    const entry = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')])
    const made = { cwd: at, input: entry, encoding: 'utf8' } as const
    const tree = execFileSync(
      'git',
      ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'],
      made,
    ).trim()
    const commit = (await world.git(['commit-tree', '-m', 'evil', tree], { cwd: at })).out.trim()
    const refused = await world.git(['push', url(), `${commit}:refs/heads/evil`], { cwd: at })
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toMatch(/hasDotgit/)
    expect(await lastEntry()).toMatchObject({ type: 'push', result: 'failure', error_code: 'GIT_REJECTED' })
  })

  it('makes HEAD name the first branch that is pushed, where it names one that never was', async () => {
    const born = await world.api.repos.create({ name: 'born', default_branch: 'main' })
    await world.git(['push', world.url('local/born'), 'HEAD:refs/tags/t', 'HEAD:refs/heads/trunk'], { cwd })
    expect(await world.api.repos.get(born.id)).toMatchObject({
      default_branch: 'trunk',
      current_branch: 'trunk',
    })
    await world.git(['push', world.url('local/born'), 'HEAD:refs/heads/main'], { cwd })
    expect(await world.api.repos.get(born.id)).toMatchObject({
      default_branch: 'trunk',
      current_branch: 'trunk',
    })
    expect(await world.git(['clone', '-q', world.url('local/born'), 'born'])).toMatchObject({ code: 0 })
  })

  it('serves repositories of SHA-256 and empty ones', async () => {
    await world.api.repos.create({ name: 'new', object_format: 'sha256' })
    expect(await world.git(['clone', '-q', world.url('local/new'), 'new'])).toMatchObject({ code: 0 })
    const at = join(world.root, 'sha256')
    await world.git(['init', '-q', '--object-format=sha256', '-b', 'main', at])
    await world.commit(at, 'a')
    expect(await world.git(['push', '-q', world.url('local/new'), 'main'], { cwd: at })).toMatchObject({
      code: 0,
    })
    expect((await world.git(['ls-remote', world.url('local/new')])).out).toMatch(/^[0-9a-f]{64}\tHEAD$/m)
  })

  it('shows no refs of gitferry’s own, and takes none', async () => {
    const name = 'refs/remotes/origin/heads/main'
    execFileSync('git', ['update-ref', name, 'refs/heads/main'], { cwd: repo.path })
    execFileSync('git', ['update-ref', 'refs/notes/commits', 'refs/heads/main'], { cwd: repo.path })
    for (const version of ['0', '2']) {
      const { out } = await world.git(['-c', `protocol.version=${version}`, 'ls-remote', url()])
      expect(out).not.toMatch(/refs\/remotes|refs\/gitferry/)
      expect(out).toMatch('refs/notes/commits')
    }
    for (const ref of [name, 'refs/gitferry/kept/1/heads/x']) {
      const refused = await push(`HEAD:${ref}`)
      expect(refused.err).toMatch(
        `remote: ${ref} cannot be pushed: gitferry keeps names like this for itself.`,
      )
      expect(await lastEntry()).toMatchObject({ result: 'failure', error_code: 'REF_PROTECTED' })
    }
  })

  it('gives whoever may read an object that only a hidden ref reaches, by its full id, in protocol v2 alone', async () => {
    const { path } = await world.api.repos.create({ name: 'hiding' })
    await world.git(['push', world.url('local/hiding'), 'HEAD:refs/heads/main'], { cwd })
    await world.commit(cwd, 'hidden')
    await world.git(['--git-dir', path, 'fetch', '-q', cwd, 'HEAD:refs/gitferry/kept/hidden'])
    const { out: oid } = await world.git(['rev-parse', 'HEAD'], { cwd })
    const fetch = async (version: number) => {
      const at = join(world.root, `hiding-${version}`)
      await world.git(['init', '-q', at])
      const args = ['-c', `protocol.version=${version}`, 'fetch', '-q', world.url('local/hiding'), oid.trim()]
      return (await world.git(args, { cwd: at })).code
    }
    expect([await fetch(0), await fetch(2)]).toEqual([128, 0])
  })

  it('takes a fetch of many haves, which git compresses', async () => {
    const at = join(world.root, 'many')
    // nothing of it is known to the server, so that git names all of it before it gives up
    await world.git(['init', '-q', '-b', 'main', at])
    const lines = Array.from({ length: 400 }, (_, index) => {
      const from = index === 0 ? '' : `from :${index}\n`
      return `commit refs/heads/main\nmark :${index + 1}\ncommitter a <a@b> ${index + 1} +0000\ndata 1\nx${from === '' ? '\n' : `\n${from}`}`
    }).join('')
    execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: at, input: lines })
    await world.commit(cwd, 'beside')
    expect(await push('HEAD:refs/heads/beside')).toMatchObject({ code: 0 })
    const fetched = await world.git(['-c', 'protocol.version=0', 'fetch', url(), 'beside'], {
      cwd: at,
      env: { GIT_CURL_VERBOSE: '1', GIT_TRACE_CURL_NO_DATA: '1' },
    })
    expect(fetched).toMatchObject({ code: 0 })
    expect(fetched.err).toMatch(/Content-Encoding: gzip/i)
  })

  it('leaves no process and no folder behind', async () => {
    expect(world.children()).toEqual([])
    expect(world.pushes()).toEqual([])
  })
})
