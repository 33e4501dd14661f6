import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forEachRef } from '../../../src/git/commands/for-each-ref.ts'
import { type LsRemoteInput, lsRemote } from '../../../src/git/commands/ls-remote.ts'
import { lsRemoteHead } from '../../../src/git/commands/ls-remote-head.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
})
afterEach(() => sandbox.dispose())

const observed = [
  'refs/heads/-x',
  'refs/heads/a;touch$IFS',
  'refs/heads/HEAD',
  'refs/heads/refs/heads/x',
  'refs/heads/{{constructor}}',
  'refs/pull/1/head',
  'refs/heads/+main',
  'refs/heads/--upload-pack=touch',
  'refs/heads/1111111111111111111111111111111111111111',
  'refs/heads/é',
]

function remote() {
  const repo = sandbox.repository('remote')
  const oid = sandbox.commit(repo)
  sandbox.run(repo, 'tag', '-a', '-m', 'one', 'v1')
  for (const ref of observed) sandbox.run(repo, 'update-ref', ref, oid)
  return { repo, oid, tag: sandbox.tip(repo, 'refs/tags/v1') }
}

const list = (input: Omit<LsRemoteInput, 'protocol'>) => runner.run(lsRemote({ ...input, protocol: 'file' }))

describe('lsRemote', () => {
  it('answers every ref by its full name, hostile names among them, tags unpeeled', async () => {
    const { repo, oid, tag } = remote()
    const refs = await list({ url: repo })
    expect(Object.fromEntries(refs)).toEqual({
      'refs/heads/main': oid,
      'refs/tags/v1': tag,
      ...Object.fromEntries(observed.map((name) => [name, oid])),
    })
    expect(tag).not.toBe(oid)
  })

  it.each<[string, Partial<LsRemoteInput>, string[]]>([
    ['heads', { heads: true }, ['--heads']],
    ['tags', { tags: true }, ['--tags']],
    ['heads and tags', { heads: true, tags: true }, ['--heads', '--tags']],
    ['branches by name', { refs: ['refs/heads/main'] }, ['--heads']],
    ['branches and tags by name', { refs: ['refs/heads/main', 'refs/tags/v1'] }, ['--heads', '--tags']],
    ['other refs by name', { refs: ['refs/heads/main', 'refs/notes/x'] }, []],
    ['HEAD', { heads: true, withHead: true }, []],
  ])('has the server filter, by flags before the URL: %s', (_, input, flags) => {
    const { args } = lsRemote({ url: 'https://host/x', protocol: 'https', ...input })
    expect(args).toEqual(['ls-remote', ...flags, '--end-of-options', 'https://host/x'])
  })

  it('answers only what was asked for', async () => {
    const { repo, oid, tag } = remote()
    const names = async (input: Partial<LsRemoteInput>) => [...(await list({ url: repo, ...input })).keys()]
    expect((await names({ heads: true })).every((name) => name.startsWith('refs/heads/'))).toBe(true)
    expect(await names({ tags: true })).toEqual(['refs/tags/v1'])
    expect(await names({ refs: ['refs/heads/main', 'refs/heads/none'] })).toEqual(['refs/heads/main'])
    expect(await names({ refs: ['refs/pull/1/head'] })).toEqual(['refs/pull/1/head'])
    expect(await names({ heads: true, refs: ['refs/heads/main'] })).toEqual(['refs/heads/main'])
    const withHead = await list({ url: repo, tags: true, withHead: true })
    expect(Object.fromEntries(withHead)).toEqual({ HEAD: oid, 'refs/tags/v1': tag })
  })

  it('answers nothing for an empty repository', async () => {
    expect((await list({ url: sandbox.bare('empty') })).size).toBe(0)
  })

  it('leaves out names that git would not take as a ref', () => {
    const oid = '1'.repeat(40)
    const names = [
      'refs/heads/a:b',
      'refs/heads/a b',
      'refs/heads/a..b',
      'refs/heads/\u001b',
      'config',
      'refs/tags/v^{}',
    ]
    const stdout = Buffer.concat([
      Buffer.from(names.map((name) => `${oid}\t${name}\n`).join('')),
      Buffer.from(`${oid}\trefs/heads/\xff\n`, 'latin1'),
      Buffer.from(`${oid}\trefs/heads/ok\n`),
    ])
    const { parse } = lsRemote({ url: 'x', protocol: 'file' })
    expect([...parse({ exitCode: 0, stdout, stderr: '' }).keys()]).toEqual(['refs/heads/ok'])
  })

  it.each(['hello\n', `${'1'.repeat(39)}\trefs/heads/x\n`, `${'1'.repeat(40)} refs/heads/x\n`])(
    'is no list of refs: %j',
    (text) => {
      const { parse } = lsRemote({ url: 'x', protocol: 'file' })
      const output = { exitCode: 0, stdout: Buffer.from(text), stderr: '' }
      expect(() => parse(output)).toThrow(expect.objectContaining({ code: 'GIT_FAILED' }))
    },
  )
})

describe('lsRemoteHead', () => {
  const look = async (url: string, input: Partial<LsRemoteInput> = { heads: true }) => {
    const { refs, head } = await runner.run(lsRemoteHead({ url, protocol: 'file', ...input }))
    return { refs: Object.fromEntries(refs), head }
  }

  it('answers the refs that are asked for and the branch that HEAD names', async () => {
    const { repo, oid, tag } = remote()
    expect(await look(repo, { refs: ['refs/heads/é'] })).toEqual({
      refs: { 'refs/heads/é': oid },
      head: 'refs/heads/main',
    })
    sandbox.run(repo, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/é')
    sandbox.run(repo, 'symbolic-ref', 'HEAD', 'refs/heads/é')
    expect(await look(repo, { tags: true })).toEqual({ refs: { 'refs/tags/v1': tag }, head: 'refs/heads/é' })
    expect((await look(repo)).refs).toMatchObject({ 'refs/heads/alias': oid })
  })

  it('answers no branch where HEAD is detached, names none that is there, or no branch', async () => {
    const { repo } = remote()
    sandbox.run(repo, 'checkout', '--quiet', '--detach')
    expect((await look(repo)).head).toBeNull()
    sandbox.run(repo, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    expect((await look(repo)).head).toBeNull()
    sandbox.run(repo, 'symbolic-ref', 'HEAD', 'refs/tags/v1')
    expect((await look(repo)).head).toBeNull()
    expect(await look(sandbox.bare('empty'))).toEqual({ refs: {}, head: null })
  })

  it('believes no name that git would not take', () => {
    const { parse } = lsRemoteHead({ url: 'x', protocol: 'file' })
    const stdout = Buffer.from(`ref: refs/heads/a..b\tHEAD\n${'1'.repeat(40)}\tHEAD\n`)
    expect(parse({ exitCode: 0, stdout, stderr: '' })).toEqual({ refs: new Map(), head: null })
  })
})

describe('lsRemote over http', () => {
  let server: Server
  const answer = { type: 'text/html', body: 'hello' }
  beforeEach(async () => {
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': answer.type }).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))
  const ask = () => {
    const { port } = server.address() as AddressInfo
    return runner.run(lsRemote({ url: `http://127.0.0.1:${port}/x`, protocol: 'http', heads: true }))
  }

  it('does not take a web page for an empty repository', async () => {
    Object.assign(answer, { type: 'text/html', body: 'hello' })
    await expect(ask()).rejects.toMatchObject({ code: 'GIT_REMOTE_NOT_FOUND' })
  })

  it('takes an empty repository for one', async () => {
    const packet = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
    const none = `${'0'.repeat(40)} capabilities^{}\0agent=test\n`
    Object.assign(answer, {
      type: 'application/x-git-upload-pack-advertisement',
      body: `${packet('# service=git-upload-pack\n')}0000${packet(none)}0000`,
    })
    expect((await ask()).size).toBe(0)
  })
})

describe('forEachRef', () => {
  it('answers the refs of a repository, or those below a prefix', async () => {
    const { repo, oid, tag } = remote()
    const options = { gitDir: `${repo}/.git` }
    expect((await runner.run(forEachRef(), options)).size).toBe(observed.length + 2)
    const tags = await runner.run(forEachRef(['refs/tags/']), options)
    expect(Object.fromEntries(tags)).toEqual({ 'refs/tags/v1': tag })
    const two = await runner.run(forEachRef(['refs/pull', 'refs/heads/refs']), options)
    expect(Object.fromEntries(two)).toEqual({ 'refs/pull/1/head': oid, 'refs/heads/refs/heads/x': oid })
  })
})
